import type { JsonObject } from "../json.ts";

/** `?fields=a,b`: those, and always the id. */
export function pick(node: JsonObject, fields: unknown): JsonObject {
  if (typeof fields !== "string") return node;
  const wanted = new Set(["id", ...fields.split(",")]);
  return Object.fromEntries(Object.entries(node).filter(([name]) => wanted.has(name)));
}
