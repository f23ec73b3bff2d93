import type { ReactNode } from "react";

/** What is wider than the page, such as a table on a phone: it scrolls by itself, also with the keyboard. */
export function Scroll({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <section className="scroll" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
