import { cleanPasted } from "./pasted.ts";

/**
 * Converts a text to lower case for comparisons in any language. The Turkish letters İ, I, ı and i are treated as equal:
 * JavaScript converts İ to two code points, so that İPTAL would not equal iptal.
 */
export function foldCase(text: string): string {
  return text.replace(/[İı]/g, "i").toLowerCase();
}

/**
 * Normalizes a text for comparisons without regard to case, accents, outer punctuation, emoji, extra spaces and invisible
 * characters: `📦 Stok Güncelle!` equals `stok guncelle`. A text that consists of symbols only (`👍`) is not changed.
 */
export function fold(text: string): string {
  const bare = foldCase(cleanPasted(text).normalize("NFKD").replace(/\p{M}/gu, ""));
  return WORDS.exec(bare)?.[0] ?? bare;
}

/** Matches from the first letter or digit to the last; greedy, so that one pass suffices. */
const WORDS = /[\p{L}\p{N}](?:.*[\p{L}\p{N}])?/su;
