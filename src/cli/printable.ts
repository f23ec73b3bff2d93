/**
 * Text that a terminal shows and does not obey: controls but line breaks and tabs, directional marks, characters without
 * width that are no part of a word or an emoji, each as its escape. In JSON an escape is the same text.
 */
export function printable(text: string): string {
  return withoutUnprintable(text, (found) =>
    Array.from({ length: found.length }, (_, at) => escaped(found.charCodeAt(at))).join(""),
  );
}

/** Each of them replaced otherwise. */
export function withoutUnprintable(text: string, replacement: (found: string) => string): string {
  return text.replace(UNPRINTABLE, replacement);
}

const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}
