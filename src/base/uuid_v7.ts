import { randomUUID } from "node:crypto";

/**
 * Makes a time-ordered id (UUID version 7), like app_hidden.uuid_v7(): rows that are stored together are neighbours in
 * an index, and the id determines the partition in a table partitioned by time.
 */
export function uuidV7(): string {
  const millis = Date.now().toString(16).padStart(12, "0");
  const random = randomUUID();
  return `${millis.slice(0, 8)}-${millis.slice(8)}-7${random.slice(15)}`;
}

/** The time at which an id was made, in milliseconds since 1970. */
export function uuidV7Millis(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
