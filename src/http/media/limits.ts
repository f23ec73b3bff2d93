/** What files may take of this process: connections, space in the spool, and time. */
export const MEDIA_LIMITS = {
  /** Uploads at the same time: of all tenants, of one, and of one session. */
  uploads: { places: 24, perKey: [8, 4] },
  /** The bytes of uploads in progress: of all tenants, and of one. */
  uploadBytes: 1024 * 1024 * 1024,
  uploadBytesOfTenant: 256 * 1024 * 1024,
  /** An upload must never be slower than this; a slow phone sends ten times as much. */
  pace: { everyMs: 10_000, leastBytes: 10_000 },
  /** Files that are looked up in the database at the same time: of all, and one. The others wait. */
  lookUps: { places: 4, perKey: [2], waiting: 2_000, waitingPerKey: 1_000, waitMs: 10_000 },
  /** Downloads at the same time: of all tenants, and of one. An inbox asks for many pictures at once; the others wait. */
  downloads: { places: 128, perKey: [32], waiting: 2_000, waitingPerKey: 500, waitMs: 10_000 },
  /** A reader that takes nothing for so long is disconnected. */
  stalledMs: 30_000,
  /** A file may take so long, and a second more for each of these bytes. */
  graceMs: 30_000,
  bytesPerSecond: 50_000,
};

export type MediaLimits = typeof MEDIA_LIMITS;

/** How long a file of that size may take. */
export function timeFor(bytes: number, { graceMs, bytesPerSecond }: MediaLimits): number {
  return graceMs + Math.ceil((bytes / bytesPerSecond) * 1_000);
}
