import "../../support/fixed_seed.ts";
import assert from "node:assert/strict";
import fc from "fast-check";
import type pg from "pg";
import { aWamid, conversationOf, hear, reaction, type Said } from "../../support/messages.ts";
import { aConversation, aWorkspace, type Thread, type Workspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

const story = stories();

/** One message of a customer, of the phone app, or of an import; some are minutes late. */
const reported = fc.record({
  kind: fc.constantFrom("text", "text", "echo", "history", "group", "reaction", "unsupported"),
  secondsAgo: fc.constantFrom(0, 0, 0, 2, 60, 120, 180, 240),
});

const event = fc.oneof(
  { weight: 5, arbitrary: fc.record({ heard: fc.array(reported, { minLength: 1, maxLength: 3 }) }) },
  { weight: 3, arbitrary: fc.record({ sent: fc.constantFrom("user", "chatbot", "system") }) },
  { weight: 1, arbitrary: fc.constant("redelivery" as const) },
  { weight: 1, arbitrary: fc.constant("echo of what was sent" as const) },
  { weight: 1, arbitrary: fc.constant("close" as const) },
  { weight: 1, arbitrary: fc.constant("reopen" as const) },
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

function saidOf({ kind, secondsAgo }: { kind: string; secondsAgo: number }): Said {
  const at = new Date(Math.floor(Date.now() / 1000 - secondsAgo) * 1000);
  switch (kind) {
    case "echo":
    case "history":
    case "group":
      return { origin: kind, at, wamid: aWamid() };
    case "reaction":
      return reaction("wamid.1", "👍", { at, wamid: aWamid() });
    default:
      return { type: kind, at, wamid: aWamid() };
  }
}

/** A conversation, what was reported of it, and the message up to which it was closed. */
class History {
  readonly #db: pg.PoolClient;
  readonly #workspace: Workspace;
  readonly #thread: Thread;
  #heard: Said[] = [];
  #sentId: string | null = null;
  closedThrough = "";

  constructor(db: pg.PoolClient, workspace: Workspace, thread: Thread) {
    this.#db = db;
    this.#workspace = workspace;
    this.#thread = thread;
  }

  async happen(event: Event): Promise<void> {
    if (typeof event === "object")
      return "heard" in event ? this.#hear(event.heard.map(saidOf)) : this.#send(event.sent);
    switch (event) {
      case "redelivery":
        return this.#hear(this.#heard.slice(-2));
      case "echo of what was sent":
        return this.#echo();
      case "close":
      case "reopen":
        return this.#setStatus(event === "close" ? "closed" : "open");
      default:
        event satisfies never;
    }
  }

  async #hear(said: Said[]): Promise<void> {
    this.#heard.push(...said);
    await hear(this.#db, this.#workspace, this.#thread, ...said);
  }

  async #send(author: string): Promise<void> {
    const { rows } = await this.#db.query(
      `insert into app_public.messages (conversation_id, author, type, content)
       values ($1, $2, 'text', '{"body": "Hello"}') returning id`,
      [this.#thread.conversationId, author],
    );
    this.#sentId = rows[0].id;
  }

  /** The echo of a message that we sent arrives before the provider's id of the message, and is removed then. */
  async #echo(): Promise<void> {
    if (!this.#sentId) return;
    const wamid = aWamid();
    await hear(this.#db, this.#workspace, this.#thread, { origin: "echo", wamid });
    await this.#db.query(
      "select app_private.remove_echoes(array[$1::uuid], array[app_private.provider_id_hash($2, $3)])",
      [this.#sentId, this.#workspace.channelId, wamid],
    );
  }

  async #setStatus(status: string): Promise<void> {
    const { conversationId } = this.#thread;
    const before = await conversationOf(this.#db, conversationId);
    await this.#db.query("update app_public.conversations set status = $2 where id = $1", [
      conversationId,
      status,
    ]);
    if (before.status === "open" && status === "closed") this.closedThrough = before.last_message_id ?? "";
  }
}

/** The two columns, computed from the messages: naively, and in another language. */
async function recount(db: pg.PoolClient, conversationId: string, closedThrough: string) {
  const { rows } = await db.query(
    "select id, direction, author, origin, type, occurred_at from app_public.messages where conversation_id = $1",
    [conversationId],
  );
  const isQuestion = (m: Record<string, string>) =>
    m.direction === "inbound" && m.origin === "live" && m.type !== "reaction";
  const isAnswer = (m: Record<string, string>, authors: string[]) =>
    m.direction === "outbound" && m.origin !== "history" && authors.includes(m.author!);
  const since = (authors: string[]) => {
    const answered = rows.filter((m) => isAnswer(m, authors)).map(({ id }) => id);
    const last = [closedThrough, ...answered].sort().at(-1)!;
    const open = rows.filter((m) => isQuestion(m) && m.id > last).map((m) => m.occurred_at.getTime());
    return open.length > 0 ? new Date(Math.min(...open)) : null;
  };
  return { waiting_since: since(["user", "chatbot"]), waiting_for_person_since: since(["user"]) };
}

async function assertCounted(db: pg.PoolClient, conversationId: string, closedThrough: string) {
  const { waiting_since, waiting_for_person_since } = await conversationOf(db, conversationId);
  assert.deepEqual(
    { waiting_since, waiting_for_person_since },
    await recount(db, conversationId, closedThrough),
  );
}

story("after any history, and a merge, since when a customer waits equals a recount of the messages", (db) =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(1), event), { minLength: 3, maxLength: 14 }),
      async (happened) => {
        const workspace = await aWorkspace(db);
        const threads = [await aConversation(db, workspace), await aConversation(db, workspace)] as const;
        const histories = threads.map((thread) => new History(db, workspace, thread));
        for (const [at, one] of happened) {
          const history = histories[at]!;
          await history.happen(one);
          await assertCounted(db, threads[at]!.conversationId, history.closedThrough);
        }
        const [kept, merged] = threads;
        await db.query("select app_private.merge_contacts($1, $2)", [kept.contactId, merged.contactId]);
        const through = histories.map(({ closedThrough }) => closedThrough).sort();
        await assertCounted(db, kept.conversationId, through.at(-1)!);
      },
    ),
    { numRuns: 15 },
  ),
);
