import { createHmac } from "node:crypto";
import pg from "pg";
import { openEmbedded } from "../../embedded/embedded.ts";
import type { Config } from "../base/config.ts";
import { sqlState } from "../base/database_error.ts";
import { ParleyError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { PrimaryClient } from "./primary_client.ts";
import { scramVerifier } from "./scram_verifier.ts";

/** Access to the database as its owner: on the server of DATABASE_URL, or on the embedded one. */
export type OwnerDatabase = {
  url: string;
  isEmbedded: boolean;
  /** Releases the embedded server, which stops when no process uses it. Close pools first. Never throws. */
  release(): Promise<void>;
};

/** @throws EmbeddedError */
export async function openOwnerDatabase(config: Config, log: Log): Promise<OwnerDatabase> {
  const url = config.DATABASE_URL;
  if (url !== undefined) return { url, isEmbedded: false, release: async () => {} };
  const embedded = await openEmbedded({ dataDir: config.PARLEY_DATA_DIR, log });
  return { url: embedded.ownerUrl, isEmbedded: true, release: () => embedded.release() };
}

const ROLE = "parley_authenticator";

/**
 * Opens the API's login: DATABASE_AUTHENTICATOR_URL, otherwise the owner's address with the role `parley_authenticator`
 * and a password derived from the secret key, so that every process with that key knows it. The database's name is not
 * part of it: the role belongs to the whole server, and two databases with one key would overwrite each other's.
 *
 * The password is set when signing in with it fails. @throws ParleyError PYUNA when the owner may not set it.
 */
export async function openAuthenticatorUrl(
  owner: OwnerDatabase,
  secretKey: string,
  config: Config,
  log: Log,
): Promise<string> {
  if (config.DATABASE_AUTHENTICATOR_URL !== undefined) return config.DATABASE_AUTHENTICATOR_URL;
  const url = authenticatorUrl(owner.url, secretKey);
  if (await canSignIn(url)) return url;
  await inLock(owner.url, async (client) => {
    // Another process may have set it in the meantime.
    if (await canSignIn(url)) return;
    await setPassword(client, new URL(url).password);
    if (owner.isEmbedded) return;
    log.warn(
      `the password of ${ROLE} was set: if another Parley with another PARLEY_SECRET_KEY uses this server, give each a DATABASE_AUTHENTICATOR_URL`,
    );
  });
  if (await canSignIn(url)) return url;
  throw new ParleyError("PYUNA", `The database refuses ${ROLE}: set DATABASE_AUTHENTICATOR_URL`);
}

/** The owner's address with the API's login and its derived password. */
export function authenticatorUrl(ownerUrl: string, secretKey: string): string {
  const url = new URL(ownerUrl);
  url.username = ROLE;
  url.password = createHmac("sha256", secretKey).update("parley/authenticator-password/1").digest("hex");
  return url.href;
}

/** Whether the password is accepted; throws on any other problem. */
async function canSignIn(connectionString: string): Promise<boolean> {
  const client = new PrimaryClient({ connectionString, connectionTimeoutMillis: 5_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    return true;
  } catch (error) {
    if (["28P01", "28000"].includes(sqlState(error) ?? "")) return false;
    throw error;
  } finally {
    await client.end().catch(() => {});
  }
}

async function setPassword(client: pg.Client, password: string): Promise<void> {
  try {
    await client.query(`alter role ${ROLE} password ${pg.escapeLiteral(scramVerifier(password))}`);
  } catch (cause) {
    if (sqlState(cause) !== "42501") throw cause;
    const remedy = `give ${ROLE} a password as a superuser and set DATABASE_AUTHENTICATOR_URL`;
    throw new ParleyError("PYUNA", `The owner's login may not set the password of ${ROLE}: ${remedy}`, {
      cause,
    });
  }
}

async function inLock(ownerUrl: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new PrimaryClient({ connectionString: ownerUrl, application_name: "parley authenticator" });
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query("select pg_advisory_lock(hashtext('parley authenticator'))");
    await work(client);
  } finally {
    await client.end();
  }
}
