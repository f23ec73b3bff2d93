import { isObject, type JsonObject } from "../../base/json/json.ts";
import { type Language, languageOf } from "../text/texts.ts";

/** The settings of a chatbot. Durations are in seconds. */
export type ChatbotSettings = {
  /** The language of the engine's own texts (invalid answer, next page, …). */
  language: Language;
  /** The time zone (IANA name) for dates, "today" and business hours. */
  timeZone: string;
  /** Texts that skip a question, compared without regard to case and accents. */
  skipWords: string[];
  /** Words that end the run, and words that restart it. */
  stopKeywords: string[];
  restartKeywords: string[];
  /** Default of a question's `maxAttempts`. */
  maxAttempts: number;
  /** A run expires when its contact has not written for this long. */
  sessionExpirySeconds: number;
  /** Default timeout of a sent WhatsApp Flow. */
  flowExpirySeconds: number;
  /** Guards: a run that exceeds one fails, with the name of the guard as its reason. */
  maxStepsPerTurn: number;
  maxVisitsPerNode: number;
  maxStepsPerRun: number;
  maxRepliesPerHour: number;
  /** In characters of JSON. */
  maxVariablesSize: number;
  /** For the runner: text messages within this time of each other are one turn; 0 turns this off. */
  debounceMs: number;
  /** For the runner: how long an agent's message pauses the bot, and what follows. */
  pauseSeconds: number;
  afterPause: "resume" | "end";
  /** For the runner: whether an exact keyword of another active chatbot starts that one while a run of this one waits. */
  yieldsToKeywords: boolean;
  /** For the runner: the reaction to a tap on a menu of a run that has ended: a text, a new run, or nothing. */
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

/** Reads stored settings: a setting that is missing or not valid gets its default. Never throws. */
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

/** The limit of each list: every message is compared with all of its entries. */
const MOST_WORDS = 1000;

/** The limit of an entry, and of the keywords and codes of triggers, in characters. */
export const LONGEST_WORD = 500;

/** The numeric settings with their minimum and maximum: a guard that could be infinite would not protect. */
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
