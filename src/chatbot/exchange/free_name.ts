import { cut } from "../text/cut.ts";

/** The longest name that is stored. */
const LONGEST = 255;

/** The first name that is free: `X`, `X (Copy)`, `X (Copy 2)`, …; a long name makes room for what is added. */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  let candidate = name;
  for (let number = 1; isTaken(candidate); number++) {
    const added = number === 1 ? " (Copy)" : ` (Copy ${number})`;
    candidate = cut(name, LONGEST - added.length) + added;
  }
  return candidate;
}
