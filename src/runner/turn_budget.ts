import type { Budget } from "../chatbot/engine/budget.ts";

/**
 * The time budget of a turn, in milliseconds: a thousand times what a turn usually takes. While a turn runs, the process can
 * do nothing else.
 */
const TURN_MS = 250;

/** The time budget of a turn that starts now. Only CPU time of this process counts. */
export function turnBudget(limitMs = TURN_MS): Budget {
  const end = performance.now() + limitMs;
  const before = process.cpuUsage();
  return () => performance.now() > end && cpuMs(before) > limitMs;
}

function cpuMs(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
