import { createHash, createSecretKey, type KeyObject, scryptSync } from "node:crypto";

/**
 * 32-byte keys by id, as objects that tell nobody what they hold. New envelopes are sealed under `current`; old ones open
 * under whichever key they name.
 */
export type KeyRing = {
  current: string;
  keys: ReadonlyMap<string, KeyObject>;
};

/** Fixed: the same `PARLEY_SECRET_KEY` must give the same key on every machine. */
const SALT = "parley/secret-key/1";
/** 32 MB and about a tenth of a second, once at start. */
const SCRYPT = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

/**
 * A ring from texts such as `PARLEY_SECRET_KEY`, of any length and form. The first is the current one; the others are
 * former ones, kept until everything is sealed with the current one. A key's id is a fingerprint, so that nobody has to name keys.
 *
 * @throws RangeError when there is no text, or one is shorter than 16 characters.
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
