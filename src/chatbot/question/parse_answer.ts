import { numberField, textField } from "../fields.ts";
import { isDate, localTime } from "../instant.ts";
import type { Json, JsonObject } from "../json.ts";
import { testPattern } from "../pattern.ts";
import type { AnswerKind } from "../texts.ts";
import type { Turn } from "../turn.ts";

/** The kinds of answer that are typed. */
export type TypedKind = Exclude<AnswerKind, "choice" | "rating" | "location" | "media">;

/**
 * Reads a typed answer; null when it is none. Dates become `YYYY-MM-DD`, times `HH:mm`, numbers numbers, phones
 * digits with the plus they came with, addresses get a scheme. Limits are fields of the node:
 * `minLength`, `maxLength`, `pattern`; `min`, `max`, `isInteger`; `minDate`, `maxDate` (a date, or `today`);
 * `defaultCountryCode`.
 */
export function parseAnswer(turn: Turn, data: JsonObject, kind: TypedKind, typed: string): Json | null {
  const text = asciiDigits(typed.trim());
  switch (kind) {
    case "text":
      return parseText(data, typed.trim());
    case "number":
      return parseNumber(data, text);
    case "email":
      return text.length <= 254 && /^[^\s@<>,;]+@[^\s@<>,;.]+(\.[^\s@<>,;.]+)+$/.test(text) ? text : null;
    case "phone":
      return parsePhone(data, text);
    case "date":
      return parseDate(turn, data, text);
    case "time":
      return parseTime(text);
    case "url":
      return parseUrl(text);
    default:
      return kind satisfies never;
  }
}

function parseText(data: JsonObject, text: string): string | null {
  if (text.length < (numberField(data, "minLength") ?? 1)) return null;
  if (text.length > (numberField(data, "maxLength") ?? Number.POSITIVE_INFINITY)) return null;
  const pattern = textField(data, "pattern");
  return pattern === "" || testPattern(pattern, text) ? text : null;
}

function parseNumber(data: JsonObject, text: string): number | null {
  const compact = text.replace(/\s/g, "");
  if (!/^[+-]?\d[\d.,]*$/.test(compact)) return null;
  const number = Number(withDecimalPoint(compact));
  if (!Number.isFinite(number)) return null;
  if (data.isInteger === true && !Number.isInteger(number)) return null;
  if (number < (numberField(data, "min") ?? Number.NEGATIVE_INFINITY)) return null;
  return number > (numberField(data, "max") ?? Number.POSITIVE_INFINITY) ? null : number;
}

/** Of `1.234,5` and `1,234.5` the last sign is the decimal one; a sign that occurs twice groups thousands. */
function withDecimalPoint(text: string): string {
  const decimal = text[Math.max(text.lastIndexOf("."), text.lastIndexOf(","))] ?? ".";
  const grouping = decimal === "." ? "," : ".";
  const plain = text.replaceAll(grouping, "");
  return plain.split(decimal).length > 2 ? plain.replaceAll(decimal, "") : plain.replace(decimal, ".");
}

/** 8 to 15 digits (ITU E.164), however they are grouped. */
function parsePhone(data: JsonObject, text: string): string | null {
  if (!/^\+?[\d\s().-]+$/.test(text)) return null;
  const digits = text.replace(/\D/g, "");
  const country = textField(data, "defaultCountryCode").replace(/\D/g, "");
  const phone = text.startsWith("+")
    ? `+${digits}`
    : digits.startsWith("00")
      ? `+${digits.slice(2)}`
      : country !== "" && digits.startsWith("0")
        ? `+${country}${digits.slice(1)}`
        : digits;
  return /^\+?\d{8,15}$/.test(phone) ? phone : null;
}

function parseDate(turn: Turn, data: JsonObject, text: string): string | null {
  const dayFirst = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$/.exec(text);
  const yearFirst = /^(\d{4})[./-](\d{1,2})[./-](\d{1,2})$/.exec(text);
  const [year, month, day] = yearFirst?.slice(1) ?? dayFirst?.slice(1).reverse() ?? [];
  if (year === undefined || month === undefined || day === undefined) return null;
  const date = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  if (!isDate(date)) return null;
  const least = limitDate(turn, textField(data, "minDate"));
  const most = limitDate(turn, textField(data, "maxDate"));
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

/** Arabic and Persian keyboards type digits of their own. */
function asciiDigits(text: string): string {
  return text.replace(/[٠-٩۰-۹]/g, (digit) => String((digit.codePointAt(0) as number) & 0xf));
}
