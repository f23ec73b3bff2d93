/** How the API gives an interval. */
export type Interval = {
  years?: number | null;
  months?: number | null;
  days?: number | null;
  hours?: number | null;
  minutes?: number | null;
  seconds?: number | null;
};

/** The hours of an interval. Null if there is none. */
export function hoursOf(interval: Interval | null): number | null {
  if (!interval) return null;
  const { years, months, days, hours, minutes, seconds } = interval;
  const inDays = (years ?? 0) * 365 + (months ?? 0) * 30 + (days ?? 0);
  return inDays * 24 + (hours ?? 0) + (minutes ?? 0) / 60 + (seconds ?? 0) / 3_600;
}

/** In whole days where that is exact. */
export function intervalOf(hours: number | null): Interval | null {
  if (hours === null) return null;
  return hours % 24 === 0 ? { days: hours / 24 } : { hours };
}
