import { type Keys, readOrCreateKeys } from "../../embedded/keys.ts";
import { type Config, ConfigError } from "../base/config.ts";
import { type KeyRing, keyRing } from "./key_ring.ts";

/**
 * Reads the key that seals channels' secrets: PARLEY_SECRET_KEY, otherwise the key in the data directory.
 * @throws ConfigError when it is missing on a server installation
 */
export function readSecretKey(config: Config): Promise<string> {
  return given(config, "PARLEY_SECRET_KEY", "secretKey");
}

/**
 * Reads the secret that signs access tokens: JWT_SECRET, otherwise the one in the data directory.
 * @throws ConfigError when it is missing on a server installation
 */
export function readJwtSecret(config: Config): Promise<string> {
  return given(config, "JWT_SECRET", "jwtSecret");
}

/** The ring of {@link readSecretKey} and PARLEY_PREVIOUS_SECRET_KEY. Takes a tenth of a second for each. */
export async function readKeyRing(config: Config): Promise<KeyRing> {
  return keyRing(
    [await readSecretKey(config), config.PARLEY_PREVIOUS_SECRET_KEY].filter((key) => key !== undefined),
  );
}

async function given(
  config: Config,
  setting: "PARLEY_SECRET_KEY" | "JWT_SECRET",
  name: keyof Keys,
): Promise<string> {
  const value = config[setting];
  if (value !== undefined) return value;
  // Several machines may share that database, but not a key file on this machine.
  if (config.DATABASE_URL !== undefined && config.NODE_ENV === "production") {
    throw new ConfigError(
      `${setting}: is needed with DATABASE_URL in production; "openssl rand -hex 32" makes one`,
    );
  }
  return (await readOrCreateKeys(config.PARLEY_DATA_DIR))[name];
}
