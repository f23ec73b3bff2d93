import type { ReactNode, Ref } from "react";

/** A section of the settings: its name, what it is for, and its content. */
export function Section({
  title,
  about,
  action,
  headingRef,
  children,
}: {
  title: string;
  about?: ReactNode;
  action?: ReactNode;
  headingRef?: Ref<HTMLHeadingElement>;
  children: ReactNode;
}) {
  return (
    <section className="settings-section">
      <header>
        <div>
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
