import { fold } from "./fold.ts";
import type { ChatbotSettings } from "./settings.ts";

/** Is a text one of these words, and nothing else? Case and accents do not count. */
export function isOneOf(words: readonly string[], text: string): boolean {
  const wanted = fold(text);
  return words.some((word) => fold(word) === wanted);
}

/** A word that skips a question, and never starts a run. */
export function isSkipWord(settings: ChatbotSettings, text: string): boolean {
  return isOneOf(settings.skipWords, text);
}
