import type pg from "pg";
import { z } from "zod";
import type { Log } from "../../base/log.ts";
import type { Change, ChangeKind } from "./change.ts";
import type { ChangeHub } from "./change_hub.ts";

const Ids = z.array(z.uuid()).default([]);
/** The payload that app_private.notify_change() sends. */
const Notice = z.object({
  tenant: z.uuid(),
  messages: Ids,
  changed_messages: Ids,
  statuses: Ids,
  conversations: Ids,
  sessions: Ids,
});
type Notice = z.infer<typeof Notice>;

/** What a feed serves: subscriptions, and connections that are held open for a session. */
export type FeedListeners = {
  hub: ChangeHub;
  sessions: {
    ended(sessionIds: readonly string[]): void;
    /** Sessions may have ended while the feed did not listen. */
    missed(): void;
  };
};

/** Publishes what a listening connection is notified of. */
export function publishNotices(client: pg.Client, { hub, sessions }: FeedListeners, log: Log): void {
  const publisher = new NoticePublisher(client, hub, log);
  client.on("notification", ({ payload }) => {
    const notice = readNotice(payload);
    if (!notice) {
      log.warn("ignored an invalid notification");
      return;
    }
    if (notice.sessions.length > 0) sessions.ended(notice.sessions);
    if (hub.hasSubscribers(notice.tenant)) publisher.add(notice);
  });
}

/** The notifications of one commit arrive at once: they are looked up and published as one, in the order of commits. */
class NoticePublisher {
  readonly #client: pg.Client;
  readonly #hub: ChangeHub;
  readonly #log: Log;
  /** By tenant. */
  readonly #waiting = new Map<string, Notice>();
  #last = Promise.resolve();

  constructor(client: pg.Client, hub: ChangeHub, log: Log) {
    this.#client = client;
    this.#hub = hub;
    this.#log = log;
  }

  add(notice: Notice): void {
    if (this.#waiting.size === 0) setImmediate(() => this.#publishNext());
    const before = this.#waiting.get(notice.tenant);
    this.#waiting.set(notice.tenant, before ? merge(before, notice) : notice);
  }

  #publishNext(): void {
    this.#last = this.#last
      .then(() => this.#publish())
      .catch((error: Error) => this.#log.warn({ err: error.message }, "failed to look up changes"));
  }

  async #publish(): Promise<void> {
    const notices = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const notice of notices)
      for (const change of await changesOf(notice, this.#client)) this.#hub.publish(change);
  }
}

function merge(a: Notice, b: Notice): Notice {
  return {
    tenant: a.tenant,
    messages: [...a.messages, ...b.messages],
    changed_messages: [...a.changed_messages, ...b.changed_messages],
    statuses: [...a.statuses, ...b.statuses],
    conversations: [...a.conversations, ...b.conversations],
    sessions: [],
  };
}

function readNotice(payload: string | undefined): Notice | undefined {
  try {
    return Notice.parse(JSON.parse(payload ?? ""));
  } catch {
    return undefined;
  }
}

async function changesOf(notice: Notice, client: pg.Client): Promise<Change[]> {
  const { tenant: tenantId, messages, changed_messages: changedMessages, statuses, conversations } = notice;
  const conversationOf = await conversationsOf(
    tenantId,
    [...messages, ...changedMessages, ...statuses],
    client,
  );
  const about = (kind: Exclude<ChangeKind, "conversation">, ids: string[]) =>
    ids.flatMap((id): Change[] => {
      const conversationId = conversationOf.get(id);
      return conversationId === undefined ? [] : [{ kind, tenantId, conversationId, id }];
    });
  const added = about("message", messages);
  // A new message also changes its conversation, so no separate notification is sent for that.
  const changed = new Set([...conversations, ...added.map(({ conversationId }) => conversationId)]);
  return [
    ...added,
    ...about("messageChange", [...new Set(changedMessages)]),
    ...about("status", [...new Set(statuses)]),
    ...[...changed].map((id): Change => ({ kind: "conversation", tenantId, conversationId: id, id })),
  ];
}

/** One query for a whole notification, regardless of the number of subscriptions. */
async function conversationsOf(
  tenantId: string,
  messageIds: string[],
  client: pg.Client,
): Promise<ReadonlyMap<string, string>> {
  if (messageIds.length === 0) return new Map();
  const sorted = messageIds.toSorted();
  const { rows } = await client.query<{ id: string; conversation_id: string }>({
    name: "conversations of messages",
    // The bounds let Postgres prune partitions.
    text: `select m.id, m.conversation_id
           from app_public.messages m
           where m.tenant_id = $1 and m.id = any($2) and m.id between $3 and $4`,
    values: [tenantId, sorted, sorted[0], sorted.at(-1)],
  });
  return new Map(rows.map((row) => [row.id, row.conversation_id]));
}
