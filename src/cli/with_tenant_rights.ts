import type pg from "pg";
import { PrimaryClient } from "../database/primary_client.ts";
import { openAuthenticatorUrl } from "../database/urls.ts";
import { apiKeyHash } from "../graphql/auth/api_key.ts";
import { databaseSettings } from "../graphql/auth/visitor.ts";
import { readSecretKey } from "../secrets/secret_keys.ts";
import type { Session } from "./session.ts";

/** An export of an operator may take longer than a request of the API. */
const STATEMENT_TIMEOUT_MS = 30 * 60_000;

/**
 * Runs work in a read-only transaction as an admin of a tenant would, so that row level security shows the rows of that
 * tenant and nothing else, whatever the work's SQL is. The owner's login may not take that role: a key is created for the
 * API's login, and deleted afterwards. If the command is killed, the key expires within an hour.
 */
export async function withTenantRights<T>(
  { config, log, pool, ownerUrl, isEmbedded }: Session,
  tenantId: string,
  work: (client: pg.ClientBase) => Promise<T>,
): Promise<T> {
  const owner = { url: ownerUrl, isEmbedded, release: async () => {} };
  const connectionString = await openAuthenticatorUrl(owner, await readSecretKey(config), config, log);
  const { rows } = await pool.query<{ id: string; secret: string }>(
    `select (k.api_key).id, k.secret
     from app_private.add_api_key($1, 'parley export', array['manage_all']::app_public.api_key_scope[],
       now() + interval '1 hour', null) k`,
    [tenantId],
  );
  const { id, secret } = rows[0]!;
  const client = new PrimaryClient({ connectionString, application_name: "parley export" });
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query("begin read only");
    const visitor = {
      kind: "program",
      keyHash: apiKeyHash(secret)!,
      tenantId,
      credentialId: id,
      expiresAt: null,
    } as const;
    await client.query("select set_config(s ->> 0, s ->> 1, true) from json_array_elements($1::json) s", [
      JSON.stringify(Object.entries(databaseSettings(visitor, STATEMENT_TIMEOUT_MS, undefined))),
    ]);
    const result = await work(client);
    await client.query("commit");
    return result;
  } finally {
    await client.end().catch(() => {});
    await pool.query("delete from app_public.api_keys where id = $1", [id]);
  }
}
