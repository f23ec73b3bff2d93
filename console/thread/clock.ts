import { useEffect, useState } from "react";

/** The time now, in milliseconds since the epoch, drawn again this often. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** Whether an instant has passed, drawn again when it does. Null never passes. */
export function useHasPassed(at: string | null): boolean {
  const [, draw] = useState(0);
  const left = at === null ? Number.POSITIVE_INFINITY : Date.parse(at) - Date.now();
  useEffect(() => {
    if (left <= 0 || left > 2 ** 31 - 1) return;
    const timer = setTimeout(() => draw((count) => count + 1), left + 50);
    return () => clearTimeout(timer);
  }, [left]);
  return left <= 0;
}
