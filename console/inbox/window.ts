/** A reply window that ends within this time is shown as a countdown. */
export const SHOWN_BELOW_MS = 2 * 3_600_000;

/** The rest of a reply window as "1:05" (hours and minutes), if it is short; null otherwise, and when it is over. */
export function windowLeft(expiresAt: string | null, now: Date): string | null {
  if (expiresAt === null) return null;
  const left = Date.parse(expiresAt) - now.getTime();
  if (left <= 0 || left >= SHOWN_BELOW_MS) return null;
  const minutes = Math.ceil(left / 60_000);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}
