/** Of a set of durations, in milliseconds. */
export type Latency = {
  p50: number;
  p90: number;
  p95: number;
  p99: number;
  max: number;
  overOneSecond: number;
};

/** @param durations in milliseconds; sorted in place */
export function latencyOf(durations: number[]): Latency {
  durations.sort((a, b) => a - b);
  const at = (part: number) =>
    durations[Math.min(durations.length - 1, Math.floor(durations.length * part))] ?? 0;
  const slow = durations.filter((duration) => duration > 1000).length;
  return {
    p50: at(0.5),
    p90: at(0.9),
    p95: at(0.95),
    p99: at(0.99),
    max: at(1),
    overOneSecond: durations.length === 0 ? 0 : slow / durations.length,
  };
}
