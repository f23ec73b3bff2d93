import type { JsonObject } from "../base/json/json.ts";

/** The limit in bytes of JSON. The database's limit is 32 kB of its own notation, which has a space after each comma. */
const ROOM = 12_288;

/** Keeps as much metadata as fits, the smallest first, and the keys of the rest, so that the message is not lost. */
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
