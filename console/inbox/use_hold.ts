import { useEffect, useRef } from "react";

/** A list that nobody has touched for so long does not have to hold still any longer. */
const REST_MS = 15_000;

/**
 * Holds a list still while it is in use: while the pointer is over it, or it has the focus of the keyboard, and one of them was used
 * a moment ago.
 */
export function useHold(hold: (isHeld: boolean) => void) {
  const use = useRef({ isPointedAt: false, isFocused: false, timer: 0 });
  const latest = useRef(hold);
  latest.current = hold;
  useEffect(() => () => clearTimeout(use.current.timer), []);
  const update = (changes: Partial<typeof use.current>) => {
    Object.assign(use.current, changes);
    clearTimeout(use.current.timer);
    const isHeld = use.current.isPointedAt || use.current.isFocused;
    latest.current(isHeld);
    if (isHeld) use.current.timer = window.setTimeout(() => latest.current(false), REST_MS);
  };
  return {
    onPointerMove: () => update({ isPointedAt: true }),
    onPointerLeave: () => update({ isPointedAt: false }),
    onKeyDown: () => update({ isFocused: true }),
    onBlur: () => update({ isFocused: false }),
  };
}
