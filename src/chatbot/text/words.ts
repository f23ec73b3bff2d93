import type { ChatbotSettings } from "../graph/settings.ts";
import { fold } from "./fold.ts";

/** Whether a text equals one of these words, ignoring case and accents. */
export function isOneOf(words: readonly string[], text: string): boolean {
  return foldedOf(words).has(fold(text));
}

/** Folded lists of words, cached by list: lists belong to settings, which never change. */
const folded = new WeakMap<readonly string[], ReadonlySet<string>>();

function foldedOf(words: readonly string[]): ReadonlySet<string> {
  const found = folded.get(words) ?? new Set(words.map(fold));
  folded.set(words, found);
  return found;
}

/** Whether a text is one of the words that skip a question. They never start a run. */
export function isSkipWord(settings: ChatbotSettings, text: string): boolean {
  return isOneOf(settings.skipWords, text);
}
