import type { Json } from "./json.ts";

/** About how many characters of JSON a value is; not counted on beyond `limit`, which anything too large exceeds. */
export function size(value: Json, limit: number): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 4;
  let sum = 2;
  for (const [key, field] of Object.entries(value)) {
    if (sum > limit) break;
    sum += key.length + size(field ?? null, limit - sum);
  }
  return sum;
}
