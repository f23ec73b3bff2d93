const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Reads a duration such as `200ms`, `5s`, `10m` or `1h` as milliseconds; undefined for any other text. */
export function readDuration(text: string): number | undefined {
  const [, number, unit = ""] = /^(\d{1,9})(ms|s|m|h)$/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * UNITS[unit]!;
}
