import type pg from "pg";
import { z } from "zod";
import type { Log } from "../../base/log.ts";
import type { ChangeHub } from "./change_hub.ts";
import { changesOf, NOTICE_KINDS, type NoticeKind } from "./notice_kinds.ts";

/** The payload that app_private.notify_change() sends: the tenant, and ids by kind. */
const Notice = z.object({
  tenant: z.uuid(),
  ...(Object.fromEntries(
    [...NOTICE_KINDS, "sessions"].map((kind) => [kind, z.array(z.uuid()).optional()]),
  ) as Record<NoticeKind | "sessions", z.ZodOptional<z.ZodArray<z.ZodUUID>>>),
});
type Notice = z.infer<typeof Notice>;

/** What a feed serves: subscriptions, and connections that are held open for a session or an API key. */
export type FeedListeners = {
  hub: ChangeHub;
  sessions: {
    /** Sessions and API keys that have ended, and sessions whose user has another role now. */
    ended(credentialIds: readonly string[]): void;
    /** Changes, and ends of sessions, may have been missed while the feed did not listen. */
    missed(): void;
  };
};

/**
 * Publishes what a listening connection is notified of: the notifications of one commit arrive at once; they are looked up and
 * published as one, in the order of commits.
 */
export class NoticePublisher {
  readonly #client: pg.Client;
  readonly #listeners: FeedListeners;
  readonly #log: Log;
  /** Ids without duplicates, by tenant and kind. */
  readonly #waiting = new Map<string, Map<NoticeKind, Set<string>>>();
  #last = Promise.resolve();

  constructor(client: pg.Client, listeners: FeedListeners, log: Log) {
    this.#client = client;
    this.#listeners = listeners;
    this.#log = log;
    client.on("notification", ({ payload }) => this.#receive(payload));
  }

  #receive(payload: string | undefined): void {
    const notice = readNotice(payload);
    if (!notice) {
      this.#log.warn("ignored an invalid notification");
      return;
    }
    const { hub, sessions } = this.#listeners;
    if (notice.sessions) sessions.ended(notice.sessions);
    if (hub.hasSubscribers(notice.tenant)) this.#add(notice);
  }

  #add(notice: Notice): void {
    if (this.#waiting.size === 0) setImmediate(() => this.#publishNext());
    const kinds = this.#waiting.get(notice.tenant) ?? new Map<NoticeKind, Set<string>>();
    this.#waiting.set(notice.tenant, kinds);
    for (const kind of NOTICE_KINDS) {
      const ids = kinds.get(kind) ?? new Set();
      for (const id of notice[kind] ?? []) kinds.set(kind, ids.add(id));
    }
  }

  #publishNext(): void {
    const notices = [...this.#waiting];
    this.#waiting.clear();
    this.#last = this.#last
      .then(async () => {
        for (const [tenantId, ids] of notices)
          this.#listeners.hub.publish(await changesOf(tenantId, ids, this.#client));
      })
      .catch((error: Error) => this.#log.warn({ err: error.message }, "failed to look up changes"));
  }
}

function readNotice(payload: string | undefined): Notice | undefined {
  try {
    return Notice.parse(JSON.parse(payload ?? ""));
  } catch {
    return undefined;
  }
}
