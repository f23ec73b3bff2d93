import { type Language, localeOf } from "./language.ts";

const DAY_MS = 86_400_000;

/** When something happened, as short as a list needs it: the time today, the day of this week, else the date. */
export function shortTime(instant: string, language: Language, now: Date = new Date()): string {
  const time = new Date(instant);
  const days = Math.round((startOfDay(now) - startOfDay(time)) / DAY_MS);
  if (days === 0) return time.toLocaleTimeString(localeOf(language), { hour: "2-digit", minute: "2-digit" });
  if (days === 1) return relativeDay(language);
  if (days > 0 && days < 7) return time.toLocaleDateString(localeOf(language), { weekday: "short" });
  const isThisYear = time.getFullYear() === now.getFullYear();
  return time.toLocaleDateString(
    localeOf(language),
    isThisYear ? { day: "numeric", month: "short" } : { day: "numeric", month: "short", year: "numeric" },
  );
}

/** The whole instant, for where there is room, and for a tooltip. */
export function longTime(instant: string, language: Language): string {
  return new Date(instant).toLocaleString(localeOf(language), { dateStyle: "medium", timeStyle: "short" });
}

/** "3 hours ago", "in 2 days": in the largest unit that is not zero. */
export function relativeTime(instant: string, language: Language, now: Date = new Date()): string {
  const seconds = (Date.parse(instant) - now.getTime()) / 1000;
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  for (const [unit, length] of UNITS)
    if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit);
  return format.format(0, "minute");
}

const UNITS = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

function startOfDay(time: Date): number {
  return new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime();
}

function relativeDay(language: Language): string {
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(-1, "day");
}
