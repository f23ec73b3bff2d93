import type { Db } from "../database/db.ts";

/** Finds a tenant by slug or id; returns its id. Throws PYNFD. */
export function findTenant(db: Db, tenant: string): Promise<string> {
  return idOf(db, "select app_private.find_tenant($1) as id", [tenant]);
}

/** Finds a channel by its id or phone number id, in one tenant or in all; returns its id. Throws PYNFD, PYREQ. */
export function findChannel(db: Db, channel: string, tenantId?: string): Promise<string> {
  return idOf(db, "select app_private.find_channel($1, $2) as id", [channel, tenantId]);
}

/** Finds a tenant's chatbot by name or id; returns its id. Throws PYNFD, PYREQ. */
export function findChatbot(db: Db, chatbot: string, tenantId: string): Promise<string> {
  return idOf(db, "select app_private.find_chatbot($1, $2) as id", [chatbot, tenantId]);
}

/** Finds a tenant's contact, deleted or not, by phone number, external reference or id; returns its id. Throws PYNFD. */
export function findContact(db: Db, contact: string, tenantId: string): Promise<string> {
  return idOf(db, "select app_private.find_contact($1, $2) as id", [tenantId, contact]);
}

/** Finds a tenant's campaign by name or id; returns its id. Throws PYNFD, PYREQ. */
export function findCampaign(db: Db, campaign: string, tenantId: string): Promise<string> {
  return idOf(db, "select app_private.find_campaign($1, $2) as id", [campaign, tenantId]);
}

/** Finds a tenant's template by name or id; `language` is needed if it has several. Returns its id. Throws PYNFD, PYREQ. */
export function findTemplate(
  db: Db,
  template: string,
  language: string | undefined,
  tenantId: string,
): Promise<string> {
  return idOf(db, "select app_private.find_template($1, $2, $3) as id", [
    template,
    language ?? null,
    tenantId,
  ]);
}

/** Finds an API key by its id or the key itself, or by its name in a tenant; returns its id. Throws PYNFD. */
export function findApiKey(db: Db, key: string, tenantId?: string): Promise<string> {
  return idOf(db, "select app_private.find_api_key($1, $2) as id", [key, tenantId]);
}

/** Finds a user by email address; returns the user's id. Throws PYNFD. */
export function findUser(db: Db, email: string): Promise<string> {
  return idOf(db, "select app_private.find_user($1) as id", [email]);
}

async function idOf(db: Db, statement: string, values: unknown[]): Promise<string> {
  const { rows } = await db.query<{ id: string }>(statement, values);
  return rows[0]!.id;
}
