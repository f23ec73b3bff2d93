import type { ChatbotSettings } from "../graph/settings.ts";
import { fold } from "./fold.ts";

/** Is a text one of these words, and nothing else? Case and accents do not count. */
export function isOneOf(words: readonly string[], text: string): boolean {
  return foldedOf(words).has(fold(text));
}

/** The lists are those of settings, which never change: each is folded once. */
const folded = new WeakMap<readonly string[], ReadonlySet<string>>();

function foldedOf(words: readonly string[]): ReadonlySet<string> {
  const found = folded.get(words) ?? new Set(words.map(fold));
  folded.set(words, found);
  return found;
}

/** A word that skips a question, and never starts a run. */
export function isSkipWord(settings: ChatbotSettings, text: string): boolean {
  return isOneOf(settings.skipWords, text);
}
