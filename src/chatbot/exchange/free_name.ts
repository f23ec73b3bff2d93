import { cut } from "../text/cut.ts";

/** The limit of names, in characters. */
const LONGEST = 255;

/** The first name that is not taken: `X`, `X (Copy)`, `X (Copy 2)`, …; a long name is cut to make room for the suffix. */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  let candidate = name;
  for (let number = 1; isTaken(candidate); number++) {
    const added = number === 1 ? " (Copy)" : ` (Copy ${number})`;
    candidate = cut(name, LONGEST - added.length) + added;
  }
  return candidate;
}
