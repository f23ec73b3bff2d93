import { randomBytes } from "node:crypto";
import type pg from "pg";
import { apiKeyHash } from "../../src/graphql/auth/api_key.ts";
import type { Scope } from "../../src/graphql/auth/scope.ts";

type Queryable = Pick<pg.ClientBase, "query">;

export type Role = "owner" | "admin" | "agent" | "viewer";

/** A signed-in member: what an access token would say. */
export type Person = { tenantId: string; userId: string; sessionId: string; email: string; role: Role };

/** A workspace with a channel, made as the owner of the database. */
export type Workspace = {
  tenantId: string;
  slug: string;
  channelId: string;
  phoneNumberId: string;
  businessAccountId: string;
};

export async function aWorkspace(db: Queryable): Promise<Workspace> {
  const slug = `tenant-${randomBytes(4).toString("hex")}`;
  const { rows } = await db.query(
    "insert into app_public.tenants (slug, name) values ($1, $1) returning id",
    [slug],
  );
  const number = { phoneNumberId: digits(15), businessAccountId: digits(15) };
  const channelId = await aChannel(db, rows[0].id, number);
  return { tenantId: rows[0].id, slug, channelId, ...number };
}

/** One more number of a tenant, made as the owner of the database. Returns the channel's id. */
export async function aChannel(
  db: Queryable,
  tenantId: string,
  { phoneNumberId = digits(15), businessAccountId = "1", isDefault = false } = {},
): Promise<string> {
  const { rows } = await db.query(
    `with channel as (
       insert into app_public.channels (tenant_id, name, is_default) values ($1, 'A number', $4) returning id
     )
     insert into app_public.whatsapp_channels
       (channel_id, tenant_id, phone_number_id, business_account_id, display_phone_number)
     select id, $1, $2, $3, '15550001111' from channel
     returning channel_id`,
    [tenantId, phoneNumberId, businessAccountId, isDefault],
  );
  return rows[0].channel_id;
}

/** A member with an open session. No password: sign-in has its own tests. */
export async function aPerson(db: Queryable, tenantId: string, role: Role): Promise<Person> {
  const email = `${role}-${randomBytes(4).toString("hex")}@example.com`;
  const { rows } = await db.query(
    `with person as (insert into app_public.users (email, name) values ($2, $2) returning id),
     membership as (
       insert into app_public.memberships (tenant_id, user_id, role) select $1, id, $3 from person returning user_id
     )
     select user_id from membership`,
    [tenantId, email, role],
  );
  const userId = rows[0].user_id;
  const session = await db.query(
    `insert into app_private.sessions (tenant_id, user_id, expires_at)
     values ($1, $2, now() + interval '1 day') returning id`,
    [tenantId, userId],
  );
  return { tenantId, userId, sessionId: session.rows[0].id, email, role };
}

export type Thread = { contactId: string; conversationId: string; phone: string };

/** Creates a contact and its conversation; by default with an open window. */
export async function aConversation(
  db: Queryable,
  workspace: Workspace,
  { isWindowOpen = true } = {},
): Promise<Thread> {
  const phone = `+1555${digits(7)}`;
  const { rows } = await db.query(
    `with contact as (insert into app_public.contacts (tenant_id, phone) values ($1, $2) returning id)
     insert into app_public.conversations (tenant_id, channel_id, contact_id, last_customer_message_at, window_expires_at)
     select $1, $3, id, case when $4 then now() end, case when $4 then now() + interval '1 day' end from contact
     returning id, contact_id`,
    [workspace.tenantId, phone, workspace.channelId, isWindowOpen],
  );
  return { contactId: rows[0].contact_id, conversationId: rows[0].id, phone };
}

/** An API key, made as the owner of the database. */
export type ApiKey = { id: string; secret: string; keyHash: string };

export async function anApiKey(
  db: Queryable,
  tenantId: string,
  scopes: readonly Scope[],
  expiresAt: Date | null = null,
): Promise<ApiKey> {
  const { rows } = await db.query(
    "select (k.api_key).id, k.secret from app_private.add_api_key($1, $2, $3, $4, null) k",
    [tenantId, `key ${randomBytes(4).toString("hex")}`, scopes, expiresAt],
  );
  const { id, secret } = rows[0];
  return { id, secret, keyHash: apiKeyHash(secret)! };
}

/** Inside a transaction: what follows happens with the rights of that person, or of that API key. */
export async function become(db: Queryable, caller: Person | ApiKey): Promise<void> {
  await db.query("select set_config('role', 'parley_visitor', true)");
  const settings =
    "keyHash" in caller
      ? { api_key_hash: caller.keyHash }
      : { user_id: caller.userId, tenant_id: caller.tenantId, session_id: caller.sessionId };
  await db.query(
    `select set_config('parley.' || s.name, coalesce($1::json ->> s.name, ''), true)
     from unnest(array['user_id', 'tenant_id', 'session_id', 'api_key_hash']) s (name)`,
    [JSON.stringify(settings)],
  );
}

/** Inside a transaction: back to the owner of the database, to look behind the scene. */
export async function becomeOwner(db: Queryable): Promise<void> {
  await db.query("select set_config('role', 'none', true)");
}

export function digits(length: number): string {
  return Array.from(randomBytes(length), (byte, at) => (at === 0 ? 1 + (byte % 9) : byte % 10)).join("");
}
