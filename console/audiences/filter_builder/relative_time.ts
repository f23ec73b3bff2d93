/** How the filter language writes times: "30 days ago", "in 2 hours", "today", "2026-11-28". */

export const UNITS = ["minutes", "hours", "days", "weeks", "months", "years"] as const;
export type Unit = (typeof UNITS)[number];

export type TimeValue =
  | { is: "ago" | "in"; count: number; unit: Unit }
  | { is: "now" | "today" | "yesterday" | "tomorrow" }
  | { is: "day"; day: string }
  /** An instant with its zone, or what this form does not know. */
  | { is: "other"; text: string };

const AGO = /^(\d{1,5}) (minute|hour|day|week|month|year)s? ago$/;
const IN = /^in (\d{1,5}) (minute|hour|day|week|month|year)s?$/;

export function parseTime(text: string): TimeValue {
  const [is, found] = AGO.test(text) ? (["ago", AGO.exec(text)] as const) : (["in", IN.exec(text)] as const);
  if (found) return { is, count: Number(found[1]), unit: `${found[2]}s` as Unit };
  if (text === "now" || text === "today" || text === "yesterday" || text === "tomorrow") return { is: text };
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return { is: "day", day: text };
  return { is: "other", text };
}

export function writeTime(value: TimeValue): string {
  switch (value.is) {
    case "ago":
    case "in": {
      const unit = value.count === 1 ? value.unit.slice(0, -1) : value.unit;
      return value.is === "ago" ? `${value.count} ${unit} ago` : `in ${value.count} ${unit}`;
    }
    case "day":
      return value.day;
    case "other":
      return value.text;
    default:
      return value.is;
  }
}
