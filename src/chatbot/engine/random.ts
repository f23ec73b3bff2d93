/**
 * Numbers that look random and depend on nothing but their seed: the same run draws the same. Good for splits and
 * reference numbers; not secret.
 *
 * @returns an integer from 0 to 2³² − 1.
 */
export function hash32(seed: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < seed.length; index++) {
    hash = Math.imul(hash ^ seed.charCodeAt(index), 0x01000193);
  }
  // FNV-1a leaves neighbouring seeds close together; this spreads them (the finisher of MurmurHash3).
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A reference of 12 letters and digits. */
export function referenceFrom(seed: string): string {
  const digits = [1, 2].map((part) => hash32(`${part}:${seed}`).toString(36).padStart(7, "0").slice(-6));
  return digits.join("").toUpperCase();
}
