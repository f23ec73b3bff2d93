import type { JsonObject } from "../base/json/json.ts";

/** Bytes of JSON: the database takes 32 kB of its own spelling, in which a comma takes two. */
const ROOM = 12_288;

/** The metadata that there is room for, the smallest first, and the keys of the rest: a message is not lost for them. */
export function boundedMetadata(metadata: JsonObject): [kept: JsonObject, leftOut: string[]] {
  const sizes = Object.entries(metadata)
    .map(([key, value]) => ({ key, bytes: Buffer.byteLength(JSON.stringify({ [key]: value })) }))
    .sort((one, another) => one.bytes - another.bytes);
  const kept = new Set<string>();
  let bytes = 0;
  for (const each of sizes) {
    bytes += each.bytes;
    if (bytes <= ROOM) kept.add(each.key);
  }
  const entries = Object.entries(metadata);
  return [
    Object.fromEntries(entries.filter(([key]) => kept.has(key))),
    entries.map(([key]) => key).filter((key) => !kept.has(key)),
  ];
}
