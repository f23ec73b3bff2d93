import { cleanPasted } from "../pasted.ts";

/**
 * An e-mail address as people paste it (`mailto:…`, `Ann <ann@example.com>`); null when it is none.
 * `app_hidden.normalize_email` is the same in SQL (`tests/cases/email_addresses.json`).
 */
export function readEmail(written: string): string | null {
  const address = cleanPasted(written)
    .replace(/^.*<([^<>]*)>$/, "$1")
    .replace(/^mailto: ?([^?]*).*$/i, "$1")
    .replace(/[.,;]+$/, "");
  return address.length <= 254 && /^[^\s@<>,;]+@[^\s@<>,;.]+(\.[^\s@<>,;.]+)+$/.test(address)
    ? address
    : null;
}
