/** Periods of whole days, as the API takes them: "2026-11-28". Days have no time zone. */

export type Period = { since: string; until: string };

export const PRESETS = ["7d", "30d", "90d", "thisMonth", "lastMonth", "thisYear"] as const;
export type Preset = (typeof PRESETS)[number];

/** At most so many days can be asked for. */
export const MAX_DAYS = 400;

/** The day that it is in a time zone. */
export function todayIn(timeZone: string, now: Date = new Date()): string {
  // Swedish writes days as ISO 8601 does.
  return new Intl.DateTimeFormat("sv", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).format(now);
}

export function addDays(day: string, count: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + count);
  return date.toISOString().slice(0, 10);
}

export function periodOf(preset: Preset, today: string): Period {
  const [year, month] = today.split("-") as [string, string];
  switch (preset) {
    case "7d":
      return { since: addDays(today, -6), until: today };
    case "30d":
      return { since: addDays(today, -29), until: today };
    case "90d":
      return { since: addDays(today, -89), until: today };
    case "thisMonth":
      return { since: `${year}-${month}-01`, until: today };
    case "lastMonth": {
      const until = addDays(`${year}-${month}-01`, -1);
      return { since: `${until.slice(0, 8)}01`, until };
    }
    case "thisYear":
      return { since: `${year}-01-01`, until: today };
    default:
      throw new Error(preset satisfies never);
  }
}

/** Every day of a period, in order. Empty if it ends before it begins. */
export function daysOf({ since, until }: Period): string[] {
  const days: string[] = [];
  for (let day = since; day <= until && days.length < MAX_DAYS; day = addDays(day, 1)) days.push(day);
  return days;
}
