import type { ReactNode, Ref } from "react";
import { Link } from "../../routing/link.tsx";
import { Icon } from "../../ui/icon.tsx";

/** A section of the settings: its name, what it is for, and its content. */
export function Section({
  title,
  about,
  up,
  action,
  headingRef,
  children,
}: {
  title: string;
  about?: ReactNode;
  /** The list that this is an entry of. */
  up?: { to: string; label: string } | undefined;
  action?: ReactNode;
  headingRef?: Ref<HTMLHeadingElement>;
  children: ReactNode;
}) {
  return (
    <section className="settings-section">
      <header>
        <div>
          {up && (
            <Link to={up.to} className="up">
              <Icon name="back" />
              {up.label}
            </Link>
          )}
          <h1 ref={headingRef} tabIndex={-1}>
            {title}
          </h1>
          {about && <p className="soft">{about}</p>}
        </div>
        {action}
      </header>
      {children}
    </section>
  );
}

/** A part of a section, in a frame of its own. */
export function Panel({
  title,
  about,
  action,
  children,
}: {
  title: string;
  about?: ReactNode;
  action?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <section className="panel">
      <header>
        <div>
          <h2>{title}</h2>
          {about && <p className="soft">{about}</p>}
        </div>
        {action}
      </header>
      {children}
    </section>
  );
}
