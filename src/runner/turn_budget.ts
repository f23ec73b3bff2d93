import type { Budget } from "../chatbot/engine/budget.ts";

/**
 * What a turn may take, in milliseconds: a thousand times what one does take. While it runs, nothing else in the
 * process does: no other chatbot, no sender, no request.
 */
const TURN_MS = 250;

/** A turn's time, from now on. What the processor did elsewhere meanwhile does not count. */
export function turnBudget(limitMs = TURN_MS): Budget {
  const end = performance.now() + limitMs;
  const before = process.cpuUsage();
  return () => performance.now() > end && cpuMs(before) > limitMs;
}

function cpuMs(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
