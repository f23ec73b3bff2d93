import { cleanPasted } from "../text/pasted.ts";

/**
 * Reads an e-mail address as people paste it (`mailto:…`, `Ann <ann@example.com>`, in quotes or brackets); null when it is
 * not valid.
 * `app_hidden.normalize_email` is the same in SQL (`tests/cases/email_addresses.json`).
 */
export function readEmail(written: string): string | null {
  const address = cleanPasted(written)
    .replace(/^.*<([^<>]*)>$/, "$1")
    .replace(/^mailto: ?([^?]*).*$/i, "$1")
    .replace(/^["'\u201c\u2018([]+/, "")
    .replace(/["'\u201d\u2019)\].,;!?]+$/, "");
  return address.length <= 254 && ADDRESS.test(address) ? address : null;
}

/** Stricter than the standard: quotes and comments in an address are more likely a mistake. */
const ADDRESS =
  /^[^\s@<>,;:"()[\]\\/]+@(?:[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?\.)+[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?$/u;
