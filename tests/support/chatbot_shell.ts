import type { JobHelpers } from "graphile-worker";
import { readConfig } from "../../src/base/config.ts";
import { createGuardedFetch } from "../../src/http/guarded/guarded_fetch.ts";
import { SlowSlots } from "../../src/jobs/slow_slots.ts";
import callForChatbot from "../../tasks/call_for_chatbot.ts";
import { createTestDatabase } from "./database.ts";
import { hear } from "./messages.ts";
import { aConversation, aWorkspace } from "./people.ts";
import { testKeyRing } from "./program.ts";
import { anActiveChatbot, type Graph } from "./support_bot.ts";
import { turnsOn } from "./turns.ts";

/** The chatbots' shell on a database of its own, without a worker: turns and calls are taken by hand. */
export type ChatbotShell = Awaited<ReturnType<typeof chatbotShell>>;
export type ChatbotThread = Awaited<ReturnType<ChatbotShell["aThread"]>>;

export async function chatbotShell() {
  const database = await createTestDatabase();
  const turns = turnsOn(database.pool);
  const query = async (sql: string, ...values: unknown[]) => (await database.pool.query(sql, values)).rows;

  /** A conversation of a tenant with one active chatbot. */
  async function aThread(graph: Graph, settings: object = {}) {
    const workspace = await aWorkspace(database.pool);
    const bot = await anActiveChatbot(database.pool, workspace.tenantId, graph, settings);
    return threadOf(workspace, bot);
  }

  async function threadOf(
    workspace: Awaited<ReturnType<typeof aWorkspace>>,
    bot: Awaited<ReturnType<typeof anActiveChatbot>>,
  ) {
    const thread = await aConversation(database.pool, workspace);
    const { conversationId } = thread;
    return {
      ...workspace,
      ...bot,
      ...thread,
      /** The customer writes these, one after the other, and the turns are taken. */
      say: async (...texts: string[]) => {
        for (const body of texts) await hear(database.pool, workspace, thread, { content: { body } });
        await turns.drain();
      },
      /** What the chatbot has said. */
      said: async (): Promise<string[]> =>
        (
          await query(
            "select preview from app_public.messages where conversation_id = $1 and author = 'chatbot' order by id",
            conversationId,
          )
        ).map(({ preview }) => preview),
      /** The latest run. */
      run: async () =>
        (
          await query(
            "select * from app_public.conversation_contexts where conversation_id = $1 order by started_at desc, id desc",
            conversationId,
          )
        )[0],
      /** Changes the conversation, as a person does. */
      set: (change: string, ...values: unknown[]) =>
        query(`update app_public.conversations set ${change} where id = $1`, conversationId, ...values),
    };
  }

  /** Runs the job that makes the call of a run; its result waits for a turn. */
  async function makeCall(
    thread: Awaited<ReturnType<typeof threadOf>>,
    settings: Record<string, string> = {},
  ): Promise<void> {
    const config = readConfig({ NODE_ENV: "test", ...settings });
    const fetch = createGuardedFetch({ allowedHosts: ["127.0.0.1"] });
    const tools = { pool: database.pool, keyRing: testKeyRing, guarded: fetch, trusted: fetch, config };
    const run = callForChatbot({ ...tools, turns: { drain: async () => {} }, slots: new SlowSlots() });
    const { id: contextId } = await thread.run();
    await run({ contextId }, {} as JobHelpers);
    await fetch.close();
  }

  return { database, turns, query, aThread, threadOf, makeCall, close: () => database.drop() };
}
