import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { z } from "zod";
import type { Log } from "../../base/log.ts";
import { settlesWithin } from "../../base/timeout.ts";
import type { Change } from "./change.ts";
import type { ChangeHub } from "./change_hub.ts";

/** The one connection of a process that listens for what changes. */
type ChangeFeed = {
  /** Resolves when it listens for the first time. */
  ready: Promise<void>;
  close(): Promise<void>;
};

const BACKOFF_MS = { first: 100, max: 5_000 };
/** A connection that the network has forgotten is found out this quickly. */
const HEARTBEAT_MS = 15_000;
const ANSWER_MS = 5_000;

const Ids = z.array(z.uuid()).default([]);
/** What app_private.notify_change() sends. */
const Notice = z.object({
  tenant: z.uuid(),
  messages: Ids,
  statuses: Ids,
  conversations: Ids,
  sessions: Ids,
});
type Notice = z.infer<typeof Notice>;

/** Whom the feed serves: subscriptions, and those who hold something open for a session. */
type FeedListeners = {
  hub: ChangeHub;
  sessions: {
    ended(sessionIds: readonly string[]): void;
    /** Sessions may have ended while the feed did not listen. */
    missed(): void;
  };
};

/**
 * Listens on app_private.change_channel() and publishes to the hub. When Postgres goes away it comes back by itself, and the subscriptions
 * live on; what changed meanwhile is not told (a notification is a hint; clients refetch when they reconnect).
 *
 * @param ownerUrl the owner's login: whose message an id is has to be looked up across policies
 */
export function createChangeFeed(ownerUrl: string, listeners: FeedListeners, log: Log): ChangeFeed {
  const closing = new AbortController();
  const first = Promise.withResolvers<void>();
  let current: pg.Client | undefined;

  const run = async () => {
    let backoff = BACKOFF_MS.first;
    while (!closing.signal.aborted) {
      const client = new pg.Client({
        connectionString: ownerUrl,
        application_name: "parley change feed",
        keepAlive: true,
        connectionTimeoutMillis: ANSWER_MS,
        query_timeout: ANSWER_MS,
      });
      current = client;
      const lost = new Promise<void>((resolve) => client.once("end", resolve));
      client.on("error", () => {});
      try {
        await client.connect();
        publishFrom(client, listeners, log);
        const { rows } = await client.query<{ name: string }>("select app_private.change_channel() as name");
        await client.query(`listen ${client.escapeIdentifier(rows[0]!.name)}`);
        listeners.sessions.missed();
        backoff = BACKOFF_MS.first;
        first.resolve();
        await beat(client, lost, closing.signal);
      } catch (error) {
        if (!closing.signal.aborted) log.debug({ err: (error as Error).message }, "change feed failed");
      } finally {
        await client.end().catch(() => {});
      }
      if (closing.signal.aborted) break;
      log.warn({ retryMs: backoff }, "change feed lost its database connection");
      await delay(backoff * (0.5 + Math.random() / 2), undefined, { signal: closing.signal }).catch(() => {});
      backoff = Math.min(backoff * 2, BACKOFF_MS.max);
    }
  };
  const running = run();

  return {
    ready: first.promise,
    async close() {
      closing.abort();
      first.resolve();
      await current?.end().catch(() => {});
      await running;
    },
  };
}

/** Returns when the connection is lost; throws when it no longer answers. */
async function beat(client: pg.Client, lost: Promise<void>, signal: AbortSignal): Promise<void> {
  while (!(await settlesWithin(HEARTBEAT_MS, lost)) && !signal.aborted) await client.query("select 1");
}

function publishFrom(client: pg.Client, { hub, sessions }: FeedListeners, log: Log): void {
  // What one commit has to say arrives at once, in several notifications: looked up, and told, as one.
  const waiting = new Map<string, Notice>();
  // One after the other: what happened first is told first.
  let last = Promise.resolve();

  const tell = async () => {
    const notices = [...waiting.values()];
    waiting.clear();
    for (const notice of notices) for (const change of await changesOf(notice, client)) hub.publish(change);
  };

  client.on("notification", ({ payload }) => {
    const notice = readNotice(payload);
    if (!notice) {
      log.warn("ignored an invalid notification");
      return;
    }
    const { tenant } = notice;
    if (notice.sessions.length > 0) sessions.ended(notice.sessions);
    if (!hub.hasSubscribers(tenant)) return;
    if (waiting.size === 0)
      setImmediate(() => {
        last = last
          .then(tell)
          .catch((error: Error) => log.warn({ err: error.message }, "failed to look up changes"));
      });
    const before = waiting.get(tenant);
    waiting.set(tenant, before ? merge(before, notice) : notice);
  });
}

function merge(a: Notice, b: Notice): Notice {
  return {
    tenant: a.tenant,
    messages: [...a.messages, ...b.messages],
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
  const { tenant: tenantId, messages, statuses, conversations } = notice;
  const conversationOf = await conversationsOf(tenantId, [...messages, ...statuses], client);
  const about = (kind: "message" | "status", ids: string[]) =>
    ids.flatMap((id): Change[] => {
      const conversationId = conversationOf.get(id);
      return conversationId === undefined ? [] : [{ kind, tenantId, conversationId, id }];
    });
  const added = about("message", messages);
  // A new message changes its conversation: what that says of messages is not announced apart.
  const changed = new Set([...conversations, ...added.map(({ conversationId }) => conversationId)]);
  return [
    ...added,
    ...about("status", [...new Set(statuses)]),
    ...[...changed].map((id): Change => ({ kind: "conversation", tenantId, conversationId: id, id })),
  ];
}

/** One look-up for a whole notification, however many subscribe. */
async function conversationsOf(
  tenantId: string,
  messageIds: string[],
  client: pg.Client,
): Promise<ReadonlyMap<string, string>> {
  if (messageIds.length === 0) return new Map();
  const sorted = messageIds.toSorted();
  const { rows } = await client.query<{ id: string; conversation_id: string }>({
    name: "conversations of messages",
    // The bounds are what prunes partitions.
    text: `select m.id, m.conversation_id
           from app_public.messages m
           where m.tenant_id = $1 and m.id = any($2) and m.id between $3 and $4`,
    values: [tenantId, sorted, sorted[0], sorted.at(-1)],
  });
  return new Map(rows.map((row) => [row.id, row.conversation_id]));
}
