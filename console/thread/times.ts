import type { Language } from "../words/language.ts";

const DAY_MS = 86_400_000;

/** "14:05" */
export function formatTime(at: string, language: Language): string {
  return new Intl.DateTimeFormat(localeOf(language), { hour: "2-digit", minute: "2-digit" }).format(
    new Date(at),
  );
}

/** "28 Nov 2026, 14:05" */
export function formatInstant(at: string, language: Language): string {
  return new Intl.DateTimeFormat(localeOf(language), { dateStyle: "medium", timeStyle: "short" }).format(
    new Date(at),
  );
}

/** The name of a day above its messages: today, yesterday, a day of the last week, or a date. */
export function formatDay(at: string, now: Date, language: Language): string {
  const locale = localeOf(language);
  const date = new Date(at);
  const days = Math.round((startOfDay(now).getTime() - startOfDay(date).getTime()) / DAY_MS);
  if (days === 0 || days === 1)
    return capitalise(new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(-days, "day"), locale);
  const isRecent = days > 1 && days < 7;
  const isThisYear = date.getFullYear() === now.getFullYear();
  return new Intl.DateTimeFormat(locale, {
    weekday: "long",
    ...(!isRecent && { day: "numeric", month: "long" }),
    ...(!isRecent && !isThisYear && { year: "numeric" }),
  }).format(date);
}

/** "3:07" of so many seconds. */
export function formatLength(seconds: number): string {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.round(seconds)) : 0;
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** How long something still lasts: "23 h 10 min", "59 min". */
export function formatLeft(milliseconds: number, language: Language): string {
  const minutes = Math.max(1, Math.ceil(milliseconds / 60_000));
  const unit = (value: number, name: "hour" | "minute" | "day") =>
    new Intl.NumberFormat(localeOf(language), { style: "unit", unit: name, unitDisplay: "short" }).format(
      value,
    );
  if (minutes >= 48 * 60) return unit(Math.floor(minutes / (24 * 60)), "day");
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return [hours > 0 && unit(hours, "hour"), rest > 0 && unit(rest, "minute")].filter(Boolean).join(" ");
}

/** "48 kB" */
export function formatSize(bytes: number, language: Language): string {
  const [unit, divisor] =
    bytes < 1_000 ? ["byte", 1] : bytes < 1_000_000 ? ["kilobyte", 1_000] : ["megabyte", 1_000_000];
  return new Intl.NumberFormat(localeOf(language), {
    style: "unit",
    unit: unit as string,
    unitDisplay: unit === "byte" ? "long" : "short",
    maximumFractionDigits: bytes / (divisor as number) < 10 ? 1 : 0,
  }).format(bytes / (divisor as number));
}

/** Times of the day have 24 hours in both languages. */
function localeOf(language: Language): string {
  return language === "en" ? "en-GB" : "tr-TR";
}

function startOfDay(date: Date): Date {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate());
}

function capitalise(text: string, locale: string): string {
  return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);
}
