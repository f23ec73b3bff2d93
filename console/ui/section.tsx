import { type ReactNode, useState } from "react";

/** A part of a page or panel that can be folded, with what can be done with it beside its title. */
export function Section({
  title,
  isOpen = true,
  action,
  onToggle,
  children,
}: {
  title: string;
  isOpen?: boolean;
  action?: ReactNode;
  onToggle?: (isOpen: boolean) => void;
  children: ReactNode;
}) {
  // Only at first: what is done in it, or comes, does not fold it.
  const [wasOpen] = useState(isOpen);
  return (
    <section className="section">
      <details open={wasOpen} onToggle={({ newState }) => onToggle?.(newState === "open")}>
        <summary>
          <h3>{title}</h3>
        </summary>
        <div className="body">{children}</div>
      </details>
      {action && <div className="action">{action}</div>}
    </section>
  );
}
