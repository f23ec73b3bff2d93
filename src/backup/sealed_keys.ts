import { createSecretKey, randomBytes, scrypt } from "node:crypto";
import { promisify } from "node:util";
import { ParleyError } from "../base/errors.ts";
import { EnvelopeError, open, seal } from "../secrets/envelope.ts";
import type { KeyRing } from "../secrets/key_ring.ts";
import type { Manifest } from "./manifest.ts";

type SealedKeys = NonNullable<Manifest["keys"]>;

/** What the envelope is sealed for. */
const ADDRESS = "backup/secret_key";
const KEY_ID = "passphrase";
/** 128 MB and half a second for each attempt: people choose passphrases, and the file can be tried without limit. */
const SCRYPT = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 };
const SHORTEST = 12;

/** Seals PARLEY_SECRET_KEY with a passphrase, so that it can be kept in the backup. @throws ParleyError PYPHR */
export async function sealSecretKey(secretKey: string, passphrase: string): Promise<SealedKeys> {
  if (passphrase.length < SHORTEST)
    throw new ParleyError("PYPHR", `The passphrase must have at least ${SHORTEST} characters`);
  const salt = randomBytes(16).toString("base64url");
  return { salt, envelope: seal(secretKey, ADDRESS, await ring(passphrase, salt)) };
}

/** @throws ParleyError PYPHR if it is another passphrase; PYBAK if the envelope was changed in its form */
export async function openSecretKey({ salt, envelope }: SealedKeys, passphrase: string): Promise<string> {
  const keys = await ring(passphrase, salt);
  try {
    return open(envelope, ADDRESS, keys);
  } catch (cause) {
    if (!(cause instanceof EnvelopeError)) throw cause;
    throw new ParleyError("PYPHR", "The passphrase does not open the keys of the backup", { cause });
  }
}

async function ring(passphrase: string, salt: string): Promise<KeyRing> {
  const key = (await derive(
    passphrase.normalize("NFKC"),
    Buffer.from(salt, "base64url"),
    32,
    SCRYPT,
  )) as Buffer;
  return { current: KEY_ID, keys: new Map([[KEY_ID, createSecretKey(key)]]) };
}

const derive = promisify<string, Buffer, number, object, unknown>(scrypt);
