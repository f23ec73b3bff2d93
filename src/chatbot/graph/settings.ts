import { isObject, type JsonObject } from "../../base/json/json.ts";
import { type Language, languageOf } from "../text/texts.ts";

/** What a chatbot's author sets once for the whole chatbot. Durations are seconds. */
export type ChatbotSettings = {
  /** The language of the engine's own sentences (invalid answer, next page, …). */
  language: Language;
  /** IANA name; what "today" and business hours mean. */
  timeZone: string;
  /** Words that skip a question, compared without case and accents. */
  skipWords: string[];
  /** Words that end the run, and words that restart it. */
  stopKeywords: string[];
  restartKeywords: string[];
  /** Default of a question's `maxAttempts`. */
  maxAttempts: number;
  /** A run whose contact stays silent this long expires. */
  sessionExpirySeconds: number;
  /** Default life of a sent form. */
  flowExpirySeconds: number;
  /** Guards. A run that hits one ends as failed, with the guard's name as its reason. */
  maxStepsPerTurn: number;
  maxVisitsPerNode: number;
  maxStepsPerRun: number;
  maxRepliesPerHour: number;
  /** Characters of JSON. */
  maxVariablesSize: number;
  /** For the shell: text messages closer together than this are one turn; 0 is off. */
  debounceMs: number;
  /** For the shell: how long a person's message silences the bot, and what follows. */
  pauseSeconds: number;
  afterPause: "resume" | "end";
  /** For the shell: an exact keyword of another active chatbot begins that one while a run of this one waits. */
  yieldsToKeywords: boolean;
  /** For the shell: what a tap on a menu of a run that is over gets: a sentence, a new run, or nothing. */
  oldMenus: "tell" | "restart" | "ignore";
};

export const DEFAULT_SETTINGS: ChatbotSettings = {
  language: "en",
  timeZone: "UTC",
  skipWords: ["skip", "cancel", "iptal", "atla", "vazgeç"],
  stopKeywords: [],
  restartKeywords: [],
  maxAttempts: 3,
  sessionExpirySeconds: 24 * 3600,
  flowExpirySeconds: 600,
  maxStepsPerTurn: 100,
  maxVisitsPerNode: 100,
  maxStepsPerRun: 1000,
  maxRepliesPerHour: 200,
  maxVariablesSize: 1_000_000,
  debounceMs: 0,
  pauseSeconds: 3600,
  afterPause: "resume",
  yieldsToKeywords: false,
  oldMenus: "tell",
};

/** Reads stored settings: what is missing or of the wrong shape takes its default. Never throws. */
export function chatbotSettings(stored: unknown): ChatbotSettings {
  const given: JsonObject = isObject(stored) ? stored : {};
  const settings = { ...DEFAULT_SETTINGS };
  for (const key of ["skipWords", "stopKeywords", "restartKeywords"] as const) {
    const words = given[key];
    if (Array.isArray(words))
      settings[key] = words
        .filter((word): word is string => typeof word === "string" && word.length <= LONGEST_WORD)
        .slice(0, MOST_WORDS);
  }
  for (const [key, least, most] of NUMBERS) {
    const number = given[key];
    if (typeof number === "number" && number >= least) settings[key] = Math.min(number, most);
  }
  settings.language = languageOf(given.language) ?? settings.language;
  if (typeof given.timeZone === "string" && isTimeZone(given.timeZone)) settings.timeZone = given.timeZone;
  if (given.afterPause === "end") settings.afterPause = "end";
  settings.yieldsToKeywords = given.yieldsToKeywords === true;
  if (given.oldMenus === "restart" || given.oldMenus === "ignore") settings.oldMenus = given.oldMenus;
  return settings;
}

const YEAR = 365 * 86_400;

/** Of each list: every message is compared with all of them. */
const MOST_WORDS = 1000;

/** In characters: of these words, and of the words and codes of triggers. */
export const LONGEST_WORD = 500;

/** The numbers, each with its least sensible value and its most: a guard that can be set to infinity is none. */
const NUMBERS = [
  ["maxAttempts", 1, 100],
  ["sessionExpirySeconds", 1, YEAR],
  ["flowExpirySeconds", 1, YEAR],
  ["maxStepsPerTurn", 1, 10_000],
  ["maxVisitsPerNode", 1, 10_000],
  ["maxStepsPerRun", 1, 10_000],
  ["maxRepliesPerHour", 1, 1000],
  ["maxVariablesSize", 1000, 5_000_000],
  ["debounceMs", 0, 60_000],
  ["pauseSeconds", 0, YEAR],
] as const;

function isTimeZone(name: string): boolean {
  try {
    Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
