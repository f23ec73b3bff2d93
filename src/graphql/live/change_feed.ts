import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import type { Log } from "../../base/log.ts";
import { settlesWithin } from "../../base/timeout.ts";
import { PrimaryClient } from "../../database/primary_client.ts";
import { type FeedListeners, NoticePublisher } from "./publish_notices.ts";

const BACKOFF_MS = { first: 100, max: 5_000 };
/** The interval of keep-alive queries, which detect a connection that was lost without notice. */
const HEARTBEAT_MS = 15_000;
const ANSWER_MS = 5_000;

/**
 * The one connection of a process that listens for what changes: on app_private.change_channel(), publishing to the hub.
 * When it loses its connection it reconnects by itself. What changed in between is not reported, so the clients are closed,
 * which makes them connect again and refetch.
 */
export class ChangeFeed {
  /** Resolves when it listens for the first time. */
  readonly ready: Promise<void>;
  readonly #ownerUrl: string;
  readonly #listeners: FeedListeners;
  readonly #log: Log;
  readonly #closing = new AbortController();
  readonly #first = Promise.withResolvers<void>();
  readonly #running: Promise<void>;
  #current: pg.Client | undefined;
  #backoffMs = BACKOFF_MS.first;

  /** @param ownerUrl the owner's login: whose message an id is has to be looked up across policies */
  constructor(ownerUrl: string, listeners: FeedListeners, log: Log) {
    this.#ownerUrl = ownerUrl;
    this.#listeners = listeners;
    this.#log = log;
    this.ready = this.#first.promise;
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#first.resolve();
    await this.#current?.end().catch(() => {});
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await this.#listenUntilLost();
      if (signal.aborted) return;
      const retryMs = this.#backoffMs;
      this.#log.warn({ retryMs }, "change feed lost its database connection");
      await delay(retryMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {});
      this.#backoffMs = Math.min(retryMs * 2, BACKOFF_MS.max);
    }
  }

  async #listenUntilLost(): Promise<void> {
    const { signal } = this.#closing;
    const client = this.#newClient();
    this.#current = client;
    const lost = new Promise<void>((resolve) => client.once("end", resolve));
    client.on("error", () => {});
    try {
      await client.connect();
      new NoticePublisher(client, this.#listeners, this.#log);
      const { rows } = await client.query<{ name: string }>("select app_private.change_channel() as name");
      await client.query(`listen ${client.escapeIdentifier(rows[0]!.name)}`);
      this.#listeners.sessions.missed();
      this.#backoffMs = BACKOFF_MS.first;
      this.#first.resolve();
      await keepAlive(client, lost, signal);
    } catch (error) {
      if (!signal.aborted) this.#log.debug({ err: (error as Error).message }, "change feed failed");
    } finally {
      await client.end().catch(() => {});
    }
  }

  #newClient(): pg.Client {
    return new PrimaryClient({
      connectionString: this.#ownerUrl,
      application_name: "parley change feed",
      keepAlive: true,
      connectionTimeoutMillis: ANSWER_MS,
      query_timeout: ANSWER_MS,
    });
  }
}

/** Returns when the connection is lost; throws when it no longer answers. */
async function keepAlive(client: pg.Client, lost: Promise<void>, signal: AbortSignal): Promise<void> {
  while (!(await settlesWithin(HEARTBEAT_MS, lost)) && !signal.aborted) await client.query("select 1");
}
