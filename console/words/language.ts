import { useSyncExternalStore } from "react";
import { Preference } from "../ui/preference.ts";

export const LANGUAGES = ["en", "tr"] as const;
export type Language = (typeof LANGUAGES)[number];

export const language = new Preference<Language>(
  "language",
  LANGUAGES,
  navigator.language.startsWith("tr") ? "tr" : "en",
);

/** The texts of a part of the console in each language; the types see to it that none is missing. */
export function catalogue<const Words>(en: Words, tr: Same<Words>): Record<Language, Same<Words>> {
  return { en: en as Same<Words>, tr };
}

/** The same keys and functions with other texts. */
type Same<Words> = {
  [Key in keyof Words]: Words[Key] extends string
    ? string
    : Words[Key] extends (...given: infer Given) => string
      ? (...given: Given) => string
      : Same<Words[Key]>;
};

/** The texts in the language of this browser. */
export function useWords<Words>(texts: Record<Language, Words>): Words {
  return texts[useLanguage()];
}

export function useLanguage(): Language {
  return useSyncExternalStore(language.watch, language.get);
}

/** The language with the region of this browser, if it is the same language: for times, dates and numbers. */
export function localeOf(chosen: Language): string {
  return navigator.languages.find((each) => each.split("-")[0] === chosen) ?? chosen;
}
