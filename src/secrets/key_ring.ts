import { createHash, createSecretKey, type KeyObject, scryptSync } from "node:crypto";

/**
 * 32-byte keys by id, as KeyObjects, which do not reveal their bytes when printed. New envelopes are sealed under
 * `current`; old ones are opened with the key they name.
 */
export type KeyRing = {
  current: string;
  keys: ReadonlyMap<string, KeyObject>;
};

/** A fixed salt, because the same `PARLEY_SECRET_KEY` must give the same key on every machine. */
const SALT = "parley/secret-key/1";
/** Costs 32 MB and about 0.1 s, once at start. */
const SCRYPT = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

/**
 * Derives a ring from texts such as `PARLEY_SECRET_KEY`, of any form. The first is the current key; the others are
 * former ones, kept until everything is sealed with the current one. A key's id is a fingerprint, so that keys need no names.
 *
 * @throws RangeError when no text is given, or one is shorter than 16 characters.
 */
export function keyRing(texts: readonly string[]): KeyRing {
  const short = texts.findIndex((text) => text.length < 16);
  if (short !== -1) throw new RangeError(`secret key ${short + 1} is shorter than 16 characters`);
  const keys = new Map(texts.map((text) => withId(scryptSync(text, SALT, 32, SCRYPT))));
  const [current] = keys.keys();
  if (current === undefined) throw new RangeError("there is no secret key");
  return { current, keys };
}

function withId(key: Buffer): [id: string, key: KeyObject] {
  const id = createHash("sha256").update("parley/key-id/1").update(key).digest("hex").slice(0, 8);
  return [id, createSecretKey(key)];
}
