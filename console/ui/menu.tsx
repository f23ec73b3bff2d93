import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";
import { Icon, type IconName } from "./icon.tsx";
import { placeAt } from "./place.ts";

export type MenuItem = {
  label: string;
  icon?: IconName;
  isDanger?: boolean;
  /** Present: the item is a choice that is on or off. */
  isChecked?: boolean;
  onSelect: () => void;
};

/** A button that opens a list of actions. The browser closes it when something else is clicked, or by Escape. */
export function Menu({
  label,
  icon = "more",
  className = "button icon-only quiet",
  trigger,
  items,
}: {
  label: string;
  icon?: IconName;
  className?: string;
  /** What the button shows instead of the icon. */
  trigger?: ReactNode;
  items: readonly MenuItem[];
}) {
  const list = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const select = (item: MenuItem) => {
    list.current?.hidePopover();
    button.current?.focus();
    item.onSelect();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className={className}
        aria-label={trigger ? undefined : label}
        title={trigger ? undefined : label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        popoverTarget={id}
      >
        {trigger ?? <Icon name={icon} />}
      </button>
      <div
        ref={list}
        id={id}
        role="menu"
        aria-label={label}
        className="menu"
        popover="auto"
        onToggle={({ newState }) => {
          setOpen(newState === "open");
          if (newState === "open") place(list.current!, button.current!);
        }}
        onKeyDown={moveFocus}
      >
        {isOpen &&
          items.map((item) => (
            <button
              key={item.label}
              type="button"
              tabIndex={-1}
              {...(item.isChecked === undefined
                ? { role: "menuitem" }
                : { role: "menuitemcheckbox", "aria-checked": item.isChecked })}
              className={item.isDanger ? "danger" : undefined}
              onClick={() => select(item)}
            >
              {item.icon && <Icon name={item.icon} />}
              {item.label}
              {item.isChecked && <Icon name="check" />}
            </button>
          ))}
      </div>
    </>
  );
}

/** The items are drawn when the list is open. */
function place(list: HTMLElement, button: HTMLElement): void {
  requestAnimationFrame(() => {
    placeAt(button, list);
    list.querySelector<HTMLElement>("[role^=menuitem]")?.focus();
  });
}

/** Arrows, Home, End, and the first letter of an item. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>("[role^=menuitem]")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const target = {
    ArrowDown: items[(at + 1) % items.length],
    ArrowUp: items.at(at - 1),
    Home: items[0],
    End: items.at(-1),
  }[event.key];
  const byLetter =
    event.key.length === 1 &&
    items.find((item) => item.textContent?.toLocaleLowerCase().startsWith(event.key.toLocaleLowerCase()));
  const next = target ?? byLetter;
  if (!next) return;
  event.preventDefault();
  event.stopPropagation();
  next.focus();
}
