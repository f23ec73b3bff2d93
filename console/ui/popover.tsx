import { type ReactNode, useId, useRef, useState } from "react";
import { placeAt } from "./place.ts";

/** A button that opens a box with anything in it. The browser closes it when something else is clicked, or by Escape. */
export function Popover({
  label,
  className = "button",
  trigger,
  hasText = false,
  children,
}: {
  /** What the box is called, and the button if it has no text. */
  label: string;
  className?: string;
  trigger: ReactNode;
  /** Whether that has a text, which names the button. */
  hasText?: boolean;
  /** Drawn while the box is open. */
  children: (close: () => void) => ReactNode;
}) {
  const button = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const close = () => {
    box.current?.hidePopover();
    button.current?.focus();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className={className}
        aria-label={hasText ? undefined : label}
        title={hasText ? undefined : label}
        aria-expanded={isOpen}
        popoverTarget={id}
      >
        {trigger}
      </button>
      <div
        ref={box}
        id={id}
        role="dialog"
        aria-label={label}
        className="menu popover"
        popover="auto"
        onToggle={({ newState }) => {
          setOpen(newState === "open");
          if (newState !== "open") return;
          requestAnimationFrame(() => {
            placeAt(button.current!, box.current!);
            box.current!.querySelector<HTMLElement>("[aria-current], a, button, select, input")?.focus();
          });
        }}
      >
        {isOpen && children(close)}
      </div>
    </>
  );
}
