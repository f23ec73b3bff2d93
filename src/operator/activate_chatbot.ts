import type pg from "pg";
import type { Problem } from "../chatbot/problem.ts";
import { ParleyError } from "../errors.ts";
import { describeErrors, validateChatbot } from "./validate_chatbot.ts";

/** What answers new conversations from now on. */
export type ActivatedChatbot = {
  id: string;
  name: string;
  /** Number of the version. */
  version: number;
  /** Whether the draft had changed since the last version, and so became a new one. */
  isNewVersion: boolean;
  warnings: Problem[];
};

type Db = Pick<pg.ClientBase, "query">;
type Version = { id: string; number: number };

/**
 * Makes a chatbot the tenant's active one. Its draft becomes a version first, unless the newest version says the same.
 * Run it in a transaction. @throws ParleyError PYGRA with every error of the graph
 */
export async function activateChatbot(db: Db, chatbotId: string): Promise<ActivatedChatbot> {
  const same = await lockDraft(db, chatbotId);
  const { name, problems } = await validateChatbot(db, chatbotId);
  const errors = describeErrors(problems);
  if (errors !== null) throw new ParleyError("PYGRA", `"${name}" cannot be activated: ${errors}`);

  const version = same ?? (await publish(db, chatbotId));
  await db.query("select app_private.activate_chatbot($1)", [version.id]);
  return {
    id: chatbotId,
    name,
    version: version.number,
    isNewVersion: same === null,
    warnings: problems,
  };
}

/** Keeps others from changing the draft; returns the newest version, if that is the same as the draft. */
async function lockDraft(db: Db, chatbotId: string): Promise<Version | null> {
  await db.query("select from app_public.chatbots where id = $1 for no key update", [chatbotId]);
  const { rows } = await db.query<Version>(
    `select v.id, v.number
     from app_public.chatbots c
     cross join lateral (
       select * from app_public.chatbot_versions v
       where v.tenant_id = c.tenant_id and v.chatbot_id = c.id
       order by v.number desc
       limit 1
     ) v
     where c.id = $1 and v.nodes = c.nodes and v.edges = c.edges and v.settings = c.settings`,
    [chatbotId],
  );
  return rows[0] ?? null;
}

async function publish(db: Db, chatbotId: string): Promise<Version> {
  const { rows } = await db.query<Version>("select id, number from app_private.publish_chatbot($1)", [
    chatbotId,
  ]);
  return rows[0]!;
}
