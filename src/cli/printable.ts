/**
 * Text that is safe to print on a terminal: control characters (except line breaks and tabs), directional marks and
 * zero-width characters outside words and emoji are replaced by escapes. In JSON an escape denotes the same text.
 */
export function printable(text: string): string {
  return withoutUnprintable(text, (found) =>
    Array.from({ length: found.length }, (_, at) => escaped(found.charCodeAt(at))).join(""),
  );
}

/** Replaces each of these characters by `escape(character)`. */
export function withoutUnprintable(text: string, replacement: (found: string) => string): string {
  return text.replace(UNPRINTABLE, replacement);
}

const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern searches for control characters
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}
