import type pg from "pg";
import type { Manifest } from "../backup/manifest.ts";
import { openSecretKey } from "../backup/sealed_keys.ts";
import type { Config } from "../base/config.ts";
import { ParleyError } from "../base/errors.ts";
import { keyRing } from "../secrets/key_ring.ts";
import { readSecretKey } from "../secrets/secret_keys.ts";
import { resealSecrets } from "../services/reseal_secrets.ts";
import { readPassphrase } from "./read_passphrase.ts";

/** The key that the secrets of a backup are sealed with, if it has it and a passphrase was given. */
export async function readFormerKey(
  { keys }: Manifest,
  value: string | undefined,
): Promise<string | undefined> {
  const passphrase = await readPassphrase(value);
  if (passphrase === undefined) return undefined;
  if (keys === undefined)
    throw new ParleyError("PYPHR", "The backup has no key: restore it without a passphrase");
  return openSecretKey(keys, passphrase);
}

/** Seals the restored secrets with this installation's key, as far as they can be opened. */
export async function resealRestored(pool: pg.Pool, config: Config, formerKey: string | undefined) {
  const keys = [await readSecretKey(config), config.PARLEY_PREVIOUS_SECRET_KEY, formerKey];
  return resealSecrets(pool, keyRing(keys.filter((key) => key !== undefined)));
}

/** A remark about secrets that no key opens. */
export function unopenedRemark(unopened: readonly string[]): string {
  return `${unopened.length} secrets are sealed with another key: see "Keys" in docs/backup.md`;
}
