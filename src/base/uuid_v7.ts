import { randomUUID } from "node:crypto";

/**
 * A new time-ordered id (UUID version 7), as app_hidden.uuid_v7() makes them: what is stored together lies together in
 * an index, and a table partitioned by time knows where it belongs.
 */
export function uuidV7(): string {
  const millis = Date.now().toString(16).padStart(12, "0");
  const random = randomUUID();
  return `${millis.slice(0, 8)}-${millis.slice(8)}-7${random.slice(15)}`;
}

/** When an id was made, in milliseconds since 1970. */
export function uuidV7Millis(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
