/**
 * The plain characters of what somebody typed or pasted: without characters that cannot be seen (directional marks,
 * zero-width spaces, variation selectors, controls), in compatibility form (full-width letters become plain ones),
 * every script's decimal digits as 0 to 9, every dash as `-`, every run of white space as one space, trimmed.
 *
 * For values that are compared, sent to or calculated with (numbers, addresses, dates, keywords), not for prose: emoji
 * and some scripts need their joiners. `app_hidden.clean_pasted` is the same in SQL (`tests/cases/pasted_text.json`).
 */
export function cleanPasted(text: string): string {
  if (PLAIN.test(text)) return text.trim();
  return text
    .normalize("NFKC")
    .replace(UNSEEN, "")
    .replace(/\p{Nd}/gu, asciiDigit)
    .replace(/[\u2010-\u2015\u2212]/g, "-")
    .replace(/[\s\u0085]+/g, " ")
    .trim();
}

/** Prose as it was typed, without directional marks and zero-width spaces: these only travel along with a paste. */
export function cleanProse(text: string): string {
  return text.replace(/[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g, "").trim();
}

const PLAIN = /^[!-~]+(?: [!-~]+)*$/;

const UNSEEN = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]|(?![\s\u0085])\p{Cc}/gu;

/** The digits of a script stand in a row, 0 first; two rows may touch. */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) as number;
  let before = 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(code - before - 1))) before++;
  return String(before % 10);
}
