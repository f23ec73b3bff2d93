/** One measured number, what it is measured against, and what it has to reach. */
export type Figure = {
  case: string;
  name: string;
  value: number;
  unit: string;
  /** Taken in the same run, next to the figure. */
  control?: { name: string; value: number; unit: string };
  /** value / control; of durations too. */
  ratio?: number;
  target?: Target;
  /** What stands beside the number: latencies, counts. */
  details?: Readonly<Record<string, unknown>>;
  /** What was lost, doubled or otherwise wrong; empty is what it should be. */
  faults: readonly string[];
};

export type Target = {
  /** Whether the targets are about the ratio or about the value itself. */
  of: "ratio" | "value";
  better: "higher" | "lower";
  floor: number;
  aim: number;
};

type Verdict = "aim met" | "floor met" | "MISSED" | "FAULTY" | "";

export function verdictOf({ value, ratio, target, faults }: Figure): Verdict {
  if (faults.length > 0) return "FAULTY";
  if (target === undefined) return "";
  const reached = target.of === "ratio" ? (ratio ?? 0) : value;
  const meets = (limit: number) => (target.better === "higher" ? reached >= limit : reached <= limit);
  if (meets(target.aim)) return "aim met";
  return meets(target.floor) ? "floor met" : "MISSED";
}

export function higher(floor: number, aim: number): Target {
  return { of: "ratio", better: "higher", floor, aim };
}

export function lowerValue(floor: number, aim: number): Target {
  return { of: "value", better: "lower", floor, aim };
}
