import { textField } from "../../base/json/fields.ts";
import type { ChatbotSettings } from "../graph/settings.ts";
import { fold } from "../text/fold.ts";
import { testPattern } from "../text/pattern.ts";
import { isSkipWord } from "../text/words.ts";
import { type Budget, check, NO_BUDGET } from "./budget.ts";
import type { InboundMessage, Instant } from "./context.ts";
import { isSilent, tappedReply, typedText } from "./inbound_message.ts";
import { localTime } from "./instant.ts";

/** A condition that starts a chatbot. Texts are compared without regard to case and accents. */
export type TriggerCondition =
  /** Any message that no other rule matches. */
  | { kind: "any" }
  /** The contact's first message to the channel. */
  | { kind: "first_message" }
  | { kind: "keyword"; words: string[]; match: Match }
  /** A quick reply of a template with one of these payloads. An empty list matches every quick reply. */
  | { kind: "template_button"; payloads: string[] }
  /** A click on one of these advertisements. An empty list matches every advertisement. */
  | { kind: "referral"; sourceIds: string[] }
  /** A QR code or a link, whose prefilled text begins with a code. */
  | { kind: "deep_link"; codes: string[] }
  /** An API request or an automation with one of these names. An empty list matches every name. */
  | { kind: "api"; names: string[] };

export type Match = "exact" | "contains" | "regex";

type BusinessHours = {
  timeZone: string;
  /** Days are 1 (Monday) to 7; times `HH:mm`. An end before its start is on the next day. */
  weekly: { days: number[]; from: string; to: string }[];
};

export type TriggerRule = {
  /** The chatbot that it starts. */
  chatbotId: string;
  /** The highest priority wins; among equal ones the more specific rule, then the first in the list. */
  priority: number;
  condition: TriggerCondition;
  /** The keywords or codes, and those folded so far: see {@link foldedWords}. */
  words: readonly string[];
  folded: string[];
  /** The rule applies only inside or only outside these hours; null if it always applies. */
  hours: { when: "inside" | "outside"; of: BusinessHours } | null;
};

/** A message or an API request that may start a run. */
export type Arrival =
  | { kind: "message"; message: InboundMessage; isFirstMessage: boolean }
  | { kind: "api"; name: string };

/**
 * The rule that an arrival matches; null when none matches, or when messages of its type never start a run (a reaction).
 *
 * @param rules of all active chatbots, the oldest first.
 * @throws TurnTooLong when the rules take longer than the budget
 */
export function matchTrigger(
  rules: readonly TriggerRule[],
  arrival: Arrival,
  now: Instant,
  budget: Budget = NO_BUDGET,
): TriggerRule | null {
  if (arrival.kind === "message" && isSilent(arrival.message)) return null;
  const text = (arrival.kind === "message" && typedText(arrival.message)) || "";
  const received: Received = { arrival, text, folded: fold(text), budget };
  const matching = rules.filter((rule) => matches(rule, received) && isInHours(rule, now));
  const best = (rule: TriggerRule, other: TriggerRule) =>
    other.priority - rule.priority || GENERALITY[rule.condition.kind] - GENERALITY[other.condition.kind];
  return matching.sort(best)[0] ?? null;
}

/**
 * Whether a message is an entry signal: the text of a QR code or a link, a click on an advertisement, or a quick reply of a
 * template that a rule names. It starts something, so it is never treated as an answer.
 *
 * @param text what was typed, folded
 */
export function isSignal(
  rule: TriggerRule,
  message: InboundMessage,
  text: string,
  budget: Budget = NO_BUDGET,
): boolean {
  const { condition } = rule;
  check(budget);
  switch (condition.kind) {
    case "deep_link":
      return foldedWords(rule, budget).some(
        (code) =>
          code !== "" &&
          text.startsWith(code) &&
          !/^[\p{L}\p{N}]/u.test(text.slice(code.length, code.length + 2)),
      );
    case "referral":
      return message.referral !== undefined;
    case "template_button":
      // A rule for any quick reply does not count: it would match the answers to templates that the run itself has sent.
      return message.type === "button" && condition.payloads.length > 0;
    default:
      return false;
  }
}

/** Whether a rule matches keywords exactly. */
export function isExactKeyword({ condition }: TriggerRule): boolean {
  return condition.kind === "keyword" && condition.match === "exact";
}

/** Whether a message can start a run of a chatbot. A skip word cannot. */
export function isBeginning(settings: ChatbotSettings, message: InboundMessage): boolean {
  return !isSilent(message) && !isSkipWord(settings, typedText(message) ?? "");
}

/** The order of the kinds, from the most specific to the least. */
const GENERALITY: { [kind in TriggerCondition["kind"]]: number } = {
  deep_link: 0,
  template_button: 0,
  api: 0,
  keyword: 1,
  referral: 2,
  first_message: 3,
  any: 4,
};

/** An arrival, with its text as it is compared. */
type Received = { arrival: Arrival; text: string; folded: string; budget: Budget };

function matches(rule: TriggerRule, { arrival, text, folded: received, budget }: Received): boolean {
  const { condition } = rule;
  check(budget);
  if (arrival.kind === "api") {
    return condition.kind === "api" && isNamed(condition.names, arrival.name);
  }
  const { message, isFirstMessage } = arrival;
  switch (condition.kind) {
    case "any":
      return true;
    case "first_message":
      return isFirstMessage;
    case "keyword":
      if (text === "") return false;
      return (condition.match === "regex" ? condition.words : foldedWords(rule, budget)).some((word) => {
        check(budget);
        if (word === "") return false;
        if (condition.match === "regex") return testPattern(word, text);
        return condition.match === "exact" ? received === word : received.includes(word);
      });
    case "template_button":
      return message.type === "button" && isNamed(condition.payloads, tappedReply(message)?.id ?? "");
    case "referral":
      return (
        message.referral !== undefined &&
        isNamed(condition.sourceIds, textField(message.referral, "source_id"))
      );
    case "deep_link":
      // The code `table-7` must not match `table-77`.
      return foldedWords(rule, budget).some(
        (code) =>
          code !== "" &&
          received.startsWith(code) &&
          !(/\d$/.test(code) && /^\d/.test(received.slice(code.length))),
      );
    case "api":
      return false;
    default:
      return condition satisfies never;
  }
}

function isNamed(names: readonly string[], name: string): boolean {
  return names.length === 0 || names.includes(name);
}

function isInHours({ hours }: TriggerRule, now: Instant): boolean {
  return hours === null || isOpen(hours.of, now) === (hours.when === "inside");
}

/** Whether an instant is within business hours. */
function isOpen(hours: BusinessHours, now: Instant): boolean {
  const { time, weekday } = localTime(now, hours.timeZone);
  const yesterday = weekday === 1 ? 7 : weekday - 1;
  return hours.weekly.some(({ days, from, to }) => {
    if (from <= to) return days.includes(weekday) && from <= time && time < to;
    return (days.includes(weekday) && from <= time) || (days.includes(yesterday) && time < to);
  });
}

/**
 * The folded keywords of a rule; `""` for one of which nothing remains. They are computed within the time budget of the turns
 * that first need them, and then cached.
 */
function foldedWords({ words, folded }: TriggerRule, budget: Budget): readonly string[] {
  for (let next = words[folded.length]; next !== undefined; next = words[folded.length]) {
    check(budget);
    folded.push(fold(next));
  }
  return folded;
}
