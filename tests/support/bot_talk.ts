import type { TestDatabase } from "./database.ts";
import { hear } from "./messages.ts";
import type { Thread, Workspace } from "./people.ts";
import { turnsOn } from "./turns.ts";

/** Customers who talk to chatbots, with turns that are taken at once and by hand. */
export type BotTalk = {
  /** Says something, a tap for `{id, title}`, and returns all that was answered since. */
  say(thread: Thread, said: string | { id: string; title: string }): Promise<string[]>;
  /** Takes what waits for a chatbot. */
  takeTurns(): Promise<void>;
};

export function botTalkOn(database: TestDatabase, workspace: Workspace): BotTalk {
  const turns = turnsOn(database.pool);
  const answers = async ({ conversationId }: Thread) => {
    const { rows } = await database.pool.query<{ said: string }>(
      `select coalesce(content ->> 'body', content #>> '{body,text}') as said
       from app_public.messages
       where conversation_id = $1 and direction = 'outbound'
       order by created_at, id`,
      [conversationId],
    );
    return rows.map(({ said }) => said);
  };
  return {
    async say(thread, said) {
      const before = await answers(thread);
      const message =
        typeof said === "string"
          ? { content: { body: said } }
          : { type: "interactive", content: { type: "button_reply", button_reply: said } };
      await hear(database.pool, workspace, thread, message);
      await turns.drain();
      return (await answers(thread)).slice(before.length);
    },
    takeTurns: () => turns.drain(),
  };
}
