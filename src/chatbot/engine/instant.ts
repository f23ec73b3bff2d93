import type { Instant } from "./context.ts";

/** The instant `seconds` after another, at most in the year 9999. */
export function after(instant: Instant, seconds: number): Instant {
  return new Date(Math.min(Date.parse(instant) + seconds * 1000, LAST)).toISOString();
}

const LAST = Date.UTC(9999, 11, 31);

type LocalTime = {
  /** `YYYY-MM-DD`. */
  date: string;
  /** `HH:mm`. */
  time: string;
  /** 1 is Monday, 7 is Sunday. */
  weekday: number;
};

/** What a clock on the wall of a time zone shows. */
export function localTime(instant: Instant, timeZone: string): LocalTime {
  const parts = new Map(
    clockOf(timeZone)
      .formatToParts(new Date(instant))
      .map(({ type, value }) => [type, value]),
  );
  return {
    date: `${parts.get("year")}-${parts.get("month")}-${parts.get("day")}`,
    time: `${parts.get("hour")}:${parts.get("minute")}`,
    weekday: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].indexOf(parts.get("weekday") ?? "") + 1,
  };
}

/** Making one takes some ten times as long as reading it. */
const clocks = new Map<string, Intl.DateTimeFormat>();
const CLOCKS_KEPT = 100;

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) return known;
  const clock = Intl.DateTimeFormat("en-CA", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    weekday: "short",
    hourCycle: "h23",
  });
  if (clocks.size >= CLOCKS_KEPT) clocks.clear();
  clocks.set(timeZone, clock);
  return clock;
}

/** The date `days` after another; both `YYYY-MM-DD`. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The instant at which the wall clock of a time zone shows a date and a time. In a skipped hour, the one after. */
export function instantAt(date: string, time: string, timeZone: string): Instant {
  const wanted = Date.parse(`${date}T${time}:00Z`);
  let guess = wanted;
  // The offset at the guess gives a better guess; two rounds settle every zone, also beside a clock change.
  for (let round = 0; round < 2; round++) {
    const shown = localTime(new Date(guess).toISOString(), timeZone);
    guess += wanted - Date.parse(`${shown.date}T${shown.time}:00Z`);
  }
  return new Date(guess).toISOString();
}

/** True for a day that exists, written `YYYY-MM-DD`. */
export function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && addDays(text, 0) === text;
}
