import { cleanPasted } from "./pasted.ts";

/**
 * Lower case for comparing, in any language at once: the Turkish İ, I, ı and i are one letter (JavaScript
 * lower-cases İ to two code points, so that İPTAL would never be iptal).
 */
export function foldCase(text: string): string {
  return text.replace(/[İı]/g, "i").toLowerCase();
}

/**
 * What remains of a text when case, accents, outer punctuation, emoji, extra spaces and what cannot be seen do not
 * count: `📦 Stok Güncelle!` and `stok guncelle` are equal. A text of nothing but signs (`👍`) stays itself.
 */
export function fold(text: string): string {
  const bare = foldCase(cleanPasted(text).normalize("NFKD").replace(/\p{M}/gu, ""));
  return WORDS.exec(bare)?.[0] ?? bare;
}

/** From the first letter or digit to the last; greedy, so that it is found in one pass. */
const WORDS = /[\p{L}\p{N}](?:.*[\p{L}\p{N}])?/su;
