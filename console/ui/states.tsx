import type { ReactNode } from "react";
import { Icon, type IconName } from "./icon.tsx";

/** What a list or page shows that has nothing to show: what would be here, and how it comes here. */
export function Empty({ icon, title, children }: { icon: IconName; title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <Icon name={icon} />
      <strong>{title}</strong>
      {children}
    </div>
  );
}

/** Shown while something is loaded. */
export function Loading({ label }: { label: string }) {
  return (
    <div className="empty" role="status">
      <span className="spinner" />
      <span className="visually-hidden">{label}</span>
    </div>
  );
}

/** What went wrong, where the content would be. */
export function Failed({ message, children }: { message: string; children?: ReactNode }) {
  return (
    <div className="notice danger" role="alert">
      <Icon name="warning" />
      <div>
        {message}
        {children}
      </div>
    </div>
  );
}
