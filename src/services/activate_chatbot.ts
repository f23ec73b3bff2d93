import { ParleyError } from "../base/errors.ts";
import type { Problem } from "../chatbot/validation/problem.ts";
import type { Db } from "../database/db.ts";
import { describeErrors, validateChatbot } from "./validate_chatbot.ts";

/** What happens to runs of the chatbot's other versions, as in the mutation `activateVersion`. */
export const RUNNING_CONTEXTS = ["finish", "move", "restart"] as const;

export type Activation = {
  /** The number of a version, current or former. Defaults to the draft, which is published if it has changed. */
  version?: number | undefined;
  /** Defaults to `finish`. */
  runningContexts?: (typeof RUNNING_CONTEXTS)[number];
  /** Whether the tenant's other chatbots are deactivated; defaults to true. If not, trigger rules decide. */
  isExclusive?: boolean;
};

/** The version that answers new conversations from now on. */
type ActivatedChatbot = {
  id: string;
  name: string;
  /** The number of the version. */
  version: number;
  /** Whether the draft had changed since the last version and was published as a new one. */
  isNewVersion: boolean;
  /** How many runs of the chatbot's other versions are in progress. */
  otherRuns: number;
  warnings: Problem[];
};

type Version = { id: string; number: number };

/**
 * Makes a version of a chatbot the active one. Run it in a transaction.
 * @throws ParleyError PYGRA with every error of the draft, PYNFD for a version that does not exist
 */
export async function activateChatbot(
  db: Db,
  chatbotId: string,
  { version: number, runningContexts = "finish", isExclusive = true }: Activation = {},
): Promise<ActivatedChatbot> {
  const same = await lockDraft(db, chatbotId);
  const { name, problems } = await validateChatbot(db, chatbotId);
  const isDraft = number === undefined;
  const errors = describeErrors(problems);
  if (isDraft && errors !== null) throw new ParleyError("PYGRA", `"${name}" cannot be activated: ${errors}`);

  const version = isDraft ? (same ?? (await publish(db, chatbotId))) : await published(db, chatbotId, number);
  const { rows } = await db.query<{ otherRuns: number }>(
    `select count(*)::int as "otherRuns"
     from app_public.conversation_contexts
     where chatbot_id = $1 and is_active and version_id <> $2`,
    [chatbotId, version.id],
  );
  await db.query("select app_public.activate_version($1, $2, $3)", [
    version.id,
    runningContexts,
    isExclusive,
  ]);
  return {
    id: chatbotId,
    name,
    version: version.number,
    isNewVersion: isDraft && same === null,
    otherRuns: rows[0]!.otherRuns,
    // Errors of the draft do not concern a version that was published before.
    warnings: isDraft ? problems : [],
  };
}

/** Locks the draft against changes; returns the newest version if the draft is equal to it. */
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

async function published(db: Db, chatbotId: string, number: number): Promise<Version> {
  const { rows } = await db.query<Version>(
    "select id, number from app_public.chatbot_versions where chatbot_id = $1 and number = $2",
    [chatbotId, number],
  );
  if (rows[0]) return rows[0];
  throw new ParleyError("PYNFD", `There is no version ${number}: it was never published`);
}

async function publish(db: Db, chatbotId: string): Promise<Version> {
  const { rows } = await db.query<Version>("select id, number from app_private.publish_chatbot($1)", [
    chatbotId,
  ]);
  return rows[0]!;
}
