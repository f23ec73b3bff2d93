/**
 * Cleans a value that was typed or pasted: removes invisible characters (directional marks, zero-width spaces, variation
 * selectors, controls), applies compatibility normalization (full-width letters become plain ones), converts decimal digits
 * of all scripts to 0–9, dashes to `-` and white space to single spaces, and trims.
 *
 * For values that are compared or computed with (numbers, addresses, dates, keywords), not for prose, where emoji and some
 * scripts need invisible joiners. `app_hidden.clean_pasted` is the same in SQL (`tests/cases/pasted_text.json`).
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

const PLAIN = /^[!-~]+(?: [!-~]+)*$/;

const UNSEEN = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]|(?![\s\u0085])\p{Cc}/gu;

/** Converts a decimal digit of any script. The ten digits of a script are consecutive; those of two scripts may adjoin. */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) as number;
  let before = 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(code - before - 1))) before++;
  return String(before % 10);
}
