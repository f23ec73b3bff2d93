/** Removes directional marks and zero-width spaces from prose: they come from pasting and have no meaning. */
export function cleanProse(text: string): string {
  return text.replace(/[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g, "").trim();
}

/**
 * A name as it is stored: one line, without control characters and without what {@link cleanProse} removes. Null if nothing
 * is left. `app_hidden.clean_name` is the same in SQL.
 */
export function cleanName(name: string): string | null {
  return cleanProse(name.replace(/[\p{Cc}\u2028\u2029]+/gu, " ")) || null;
}
