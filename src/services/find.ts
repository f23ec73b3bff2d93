import type { Db } from "../database/db.ts";

/** The id of the tenant that an operator names by slug or id. The database raises PYNFD. */
export function findTenant(db: Db, tenant: string): Promise<string> {
  return idOf(db, "select app_private.find_tenant($1) as id", [tenant]);
}

/** The id of a channel, named by its id or its phone number id; in one tenant or in all. PYNFD, PYREQ. */
export function findChannel(db: Db, channel: string, tenantId?: string): Promise<string> {
  return idOf(db, "select app_private.find_channel($1, $2) as id", [channel, tenantId]);
}

/** The id of a tenant's chatbot, named by its name or its id. PYNFD. */
export function findChatbot(db: Db, chatbot: string, tenantId: string): Promise<string> {
  return idOf(db, "select app_private.find_chatbot($1, $2) as id", [chatbot, tenantId]);
}

/** The id of a person, named by address. PYNFD. */
export function findUser(db: Db, email: string): Promise<string> {
  return idOf(db, "select app_private.find_user($1) as id", [email]);
}

async function idOf(db: Db, statement: string, values: unknown[]): Promise<string> {
  const { rows } = await db.query<{ id: string }>(statement, values);
  return rows[0]!.id;
}
