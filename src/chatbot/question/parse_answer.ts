import type { Json, JsonObject } from "../../base/json/json.ts";
import { isDate, localTime } from "../engine/instant.ts";
import type { Turn } from "../engine/turn.ts";
import { cleanPasted } from "../text/pasted.ts";
import { testPattern } from "../text/pattern.ts";
import type { AnswerKind } from "../text/texts.ts";
import { QUESTION } from "./question_fields.ts";
import { readEmail } from "./read_email.ts";
import { readNumber } from "./read_number.ts";
import { readPhone } from "./read_phone.ts";

/** The kinds of answers that are typed. */
type TypedKind = Exclude<AnswerKind, "choice" | "rating" | "location" | "media">;

/**
 * Parses a typed answer; null when it is not valid. A date becomes `YYYY-MM-DD`, a time `HH:mm`, a number a number, a phone
 * number digits with a plus if it has one; an address without a scheme gets one.
 *
 * @param typed the text without invisible characters of a paste (see `typedText`).
 */
export function parseAnswer(turn: Turn, data: JsonObject, kind: TypedKind, typed: string): Json | null {
  switch (kind) {
    case "text":
      return parseText(data, typed);
    case "number":
      return parseNumber(data, typed);
    case "email":
      return readEmail(typed);
    case "phone":
      return readPhone(typed, QUESTION.defaultCountryCode.of(data).replace(/\D/g, ""));
    case "date":
      return parseDate(turn, data, cleanPasted(typed));
    case "time":
      return parseTime(cleanPasted(typed));
    case "url":
      return parseUrl(typed);
    default:
      return kind satisfies never;
  }
}

function parseText(data: JsonObject, text: string): string | null {
  if (text.length < QUESTION.minLength.of(data)) return null;
  if (text.length > (QUESTION.maxLength.of(data) ?? Number.POSITIVE_INFINITY)) return null;
  const pattern = QUESTION.pattern.of(data);
  if (pattern === "" || testPattern(pattern, text)) return text;
  // A code may be typed with digits of another script or in full width.
  const plain = cleanPasted(text);
  return plain !== text && testPattern(pattern, plain) ? plain : null;
}

function parseNumber(data: JsonObject, text: string): number | null {
  const number = readNumber(text, QUESTION.decimalSign.of(data));
  if (number === null || number === "ambiguous") return null;
  if (QUESTION.isInteger.of(data) && !Number.isInteger(number)) return null;
  if (number < (QUESTION.min.of(data) ?? Number.NEGATIVE_INFINITY)) return null;
  return number > (QUESTION.max.of(data) ?? Number.POSITIVE_INFINITY) ? null : number;
}

function parseDate(turn: Turn, data: JsonObject, text: string): string | null {
  const dayFirst = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$/.exec(text);
  const yearFirst = /^(\d{4})[./-](\d{1,2})[./-](\d{1,2})$/.exec(text);
  const [year, month, day] = yearFirst?.slice(1) ?? dayFirst?.slice(1).reverse() ?? [];
  if (year === undefined || month === undefined || day === undefined) return null;
  const date = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  if (!isDate(date)) return null;
  const least = limitDate(turn, QUESTION.minDate.of(data));
  const most = limitDate(turn, QUESTION.maxDate.of(data));
  return (least !== "" && date < least) || (most !== "" && date > most) ? null : date;
}

function limitDate(turn: Turn, limit: string): string {
  return limit === "today" ? localTime(turn.now, turn.settings.timeZone).date : limit;
}

function parseTime(text: string): string | null {
  const [, hours = "", minutes = "00", half = ""] =
    /^(\d{1,2})(?:[:.](\d{2}))?\s*([ap])?\.?m?\.?$/i.exec(text) ?? [];
  if (hours === "") return null;
  const isAfternoon = half.toLowerCase() === "p";
  const hour = half === "" ? Number(hours) : (Number(hours) % 12) + (isAfternoon ? 12 : 0);
  if (hour > 23 || Number(minutes) > 59 || (half !== "" && Number(hours) > 12)) return null;
  return `${String(hour).padStart(2, "0")}:${minutes}`;
}

function parseUrl(text: string): string | null {
  const url = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (!/^https?:\/\/[^\s/]+\.[^\s/.]+/i.test(url) || !URL.canParse(url)) return null;
  return url;
}
