import type { Random } from "./random.ts";

/** Makes ids that look like Meta's. They are opaque: nothing should ever take one apart. */
export interface Identifiers {
  /** A message id: `wamid.` and base64 that, like Meta's, holds the customer's address and a random part. */
  wamid(customer: string): string;
  /** A node id (media, template): 15 digits. */
  node(): string;
  /** The `fbtrace_id` of an error. */
  trace(): string;
  /** A business-scoped user id: a country, a dot, 20 digits. */
  userId(): string;
}

export function createIdentifiers(random: Random): Identifiers {
  const digits = (count: number) => {
    let result = String(1 + Math.floor(random() * 9));
    while (result.length < count) result += Math.floor(random() * 10);
    return result;
  };
  const hex = () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, "0")
      .toUpperCase();
  const base64 = (text: string) => Buffer.from(text, "latin1").toString("base64");
  return {
    wamid: (customer) =>
      `wamid.${base64(`\x1d\x18\x0b${customer}\x15\x02\x00\x11\x18\x12${hex()}${hex()}\x00`)}`,
    node: () => digits(15),
    trace: () => `A${base64(hex() + hex()).slice(0, 22)}`,
    userId: () => `US.${digits(20)}`,
  };
}
