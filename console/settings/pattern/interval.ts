/** The API's Interval: what is missing is 0. */
export type Interval = {
  years?: number | null;
  months?: number | null;
  days?: number | null;
  hours?: number | null;
  minutes?: number | null;
  seconds?: number | null;
};

export const UNITS = ["minutes", "hours", "days", "months", "years"] as const;
export type Unit = (typeof UNITS)[number];

/** An interval as a form shows it: an amount of the smallest unit that it has. */
export function toAmount(interval: Interval | null | undefined): { amount: number; unit: Unit } | null {
  if (!interval) return null;
  const { years, months, days, hours, minutes, seconds } = {
    years: interval.years ?? 0,
    months: interval.months ?? 0,
    days: interval.days ?? 0,
    hours: interval.hours ?? 0,
    minutes: interval.minutes ?? 0,
    seconds: interval.seconds ?? 0,
  };
  if (seconds || minutes)
    return { amount: days * 1440 + hours * 60 + minutes + Math.round(seconds / 60), unit: "minutes" };
  if (hours) return { amount: days * 24 + hours, unit: "hours" };
  if (days) return { amount: years * 365 + months * 30 + days, unit: "days" };
  if (months) return { amount: years * 12 + months, unit: "months" };
  if (years) return { amount: years, unit: "years" };
  return { amount: 0, unit: "days" };
}

/** What a form's amount and unit mean to the API. */
export function fromAmount(amount: number, unit: Unit): Interval {
  return { [unit]: amount };
}

const SINGULAR = { minutes: "minute", hours: "hour", days: "day", months: "month", years: "year" } as const;

/** "3 days" in a language. */
export function formatInterval(interval: Interval | null | undefined, language: string): string {
  const { amount, unit } = toAmount(interval) ?? { amount: 0, unit: "days" as const };
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: SINGULAR[unit],
    unitDisplay: "long",
  }).format(amount);
}
