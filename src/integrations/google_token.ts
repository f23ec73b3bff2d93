import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import type { Config } from "../base/config.ts";
import { numberField, textField } from "../base/json/fields.ts";
import { isObject } from "../base/json/json.ts";
import type { HttpResult } from "../chatbot/engine/event.ts";
import { inTransaction } from "../database/pipeline.ts";
import type { GuardedFetch } from "../http/guarded/guarded_fetch.ts";
import { type GoogleAccountRow, openGoogleToken, sealGoogleToken } from "../secrets/google_account.ts";
import type { KeyRing } from "../secrets/key_ring.ts";
import { notConnected } from "./prepared_request.ts";
import { sendHttpRequest } from "./send_http_request.ts";

export type GoogleTools = {
  pool: pg.Pool;
  keyRing: KeyRing;
  /** For addresses that the operator configured. */
  trusted: GuardedFetch;
  config: Pick<
    Config,
    "GOOGLE_CALENDAR_URL" | "GOOGLE_TOKEN_URL" | "GOOGLE_CLIENT_ID" | "GOOGLE_CLIENT_SECRET"
  >;
};

/** An access token with the envelope it is sealed in. A different envelope means a different token. */
export type KnownToken = { envelope: string; token: string };
type Failure = Extract<HttpResult, { kind: "failure" }>;
type Secrets = { access_token: string; refresh_token: string | null };

/** How long to wait for a renewal by another process, and how often to check. */
const TIMEOUT_MS = 20_000;
const POLL_MS = 100;

export function isFailure(value: KnownToken | Failure): value is Failure {
  return "kind" in value;
}

/**
 * Returns an access token that is newer than the one given. The account's row is locked during a renewal, so that only
 * one of several turns asks Google and the others use its result. The lock is held while Google responds (seconds); a
 * turn that waits for it holds no connection. When Google has revoked the grant, the account's status is set to `revoked`.
 */
export async function renewGoogleToken(
  account: GoogleAccountRow,
  refused: KnownToken,
  tools: GoogleTools,
): Promise<KnownToken | Failure> {
  for (const until = Date.now() + TIMEOUT_MS; Date.now() < until; await delay(POLL_MS)) {
    const result = await inTransaction(tools.pool, async (db) => {
      const { rows } = await db.query<Secrets>(
        `select k.access_token, k.refresh_token
         from app_public.google_accounts g
         join app_private.google_account_secrets k using (tenant_id, user_id)
         where g.tenant_id = $1 and g.user_id = $2
         -- Only one turn renews at a time.
         for no key update of g skip locked`,
        [account.tenant_id, account.user_id],
      );
      const [secrets] = rows;
      if (secrets === undefined) return (await isConnected(db, account)) ? null : DISCONNECTED;
      if (secrets.access_token === refused.envelope) return renew(db, account, secrets, tools);
      const token = openGoogleToken(account, "access_token", secrets.access_token, tools.keyRing);
      return { envelope: secrets.access_token, token };
    });
    if (result !== null) return result;
  }
  return notConnected("The renewal of the Google account's access token timed out.");
}

const DISCONNECTED = notConnected("The Google account was disconnected.");

async function isConnected(db: pg.PoolClient, { tenant_id, user_id }: GoogleAccountRow): Promise<boolean> {
  const { rowCount } = await db.query(
    "select from app_public.google_accounts where tenant_id = $1 and user_id = $2",
    [tenant_id, user_id],
  );
  return rowCount === 1;
}

async function renew(
  db: pg.PoolClient,
  account: GoogleAccountRow,
  { refresh_token }: Secrets,
  { config, keyRing, trusted }: GoogleTools,
): Promise<KnownToken | Failure> {
  if (refresh_token === null) return revoked(db, account, "no_refresh_token");
  const { GOOGLE_CLIENT_ID: clientId, GOOGLE_CLIENT_SECRET: clientSecret } = config;
  if (clientId === undefined || clientSecret === undefined)
    return notConnected("Access cannot be renewed: GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET are not set.");
  const fields: [string, string][] = [
    ["grant_type", "refresh_token"],
    ["refresh_token", openGoogleToken(account, "refresh_token", refresh_token, keyRing)],
    ["client_id", clientId],
    ["client_secret", clientSecret],
  ];
  const answer = await sendHttpRequest(
    {
      target: { kind: "url" },
      method: "POST",
      url: config.GOOGLE_TOKEN_URL,
      query: [],
      headers: [],
      body: { kind: "form", fields },
      timeoutMs: 10_000,
    },
    trusted,
  );
  if (answer.kind === "failure") return answer;
  const body = isObject(answer.body) ? answer.body : {};
  const token = textField(body, "access_token");
  if (answer.status === 200 && token !== "") {
    const envelope = sealGoogleToken(account, "access_token", token, keyRing);
    const next = textField(body, "refresh_token");
    await db.query("select app_private.renew_google_account($1, $2, $3, $4, $5)", [
      account.tenant_id,
      account.user_id,
      envelope,
      next === "" ? null : sealGoogleToken(account, "refresh_token", next, keyRing),
      numberField(body, "expires_in") ?? null,
    ]);
    return { envelope, token };
  }
  // The grant has expired or was revoked. Any other error may be temporary, or is a mistake in the configuration.
  if (textField(body, "error") === "invalid_grant") return revoked(db, account, "invalid_grant");
  return notConnected(
    `Access could not be renewed: GOOGLE_TOKEN_URL responded with status ${answer.status}.`,
  );
}

async function revoked(db: pg.PoolClient, account: GoogleAccountRow, reason: string): Promise<Failure> {
  await db.query(
    `update app_public.google_accounts set status = 'revoked', status_reason = $3
     where tenant_id = $1 and user_id = $2`,
    [account.tenant_id, account.user_id, reason],
  );
  return notConnected(
    `Google no longer accepts the account's tokens (${reason}): the account must be connected again.`,
  );
}
