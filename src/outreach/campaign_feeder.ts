import type pg from "pg";
import { isPassing } from "../base/database_error.ts";
import type { Log } from "../base/log.ts";
import type { Sender } from "../outbox/sender.ts";
import { Sleeper } from "../outbox/sleeper.ts";

type FeederOptions = { pool: pg.Pool; sender: Pick<Sender, "drain">; log: Log };

type Step = { campaign_id: string | null; messages: number; error: string | null };

/** The feeder waits for steps that are due within this time; later ones are left to a job. */
const SHORT_MS = 1_500;
/** The backoff when the database is not available. */
const BACKOFF_MS = 500;

/**
 * Determines the recipients of campaigns that start, moves those of running ones into the outbox, a second's worth of
 * messages at a time, and makes recipients follow their messages. Each step is a transaction. What is due and how much is decided in the database; several workers may do this at once.
 */
export class CampaignFeeder {
  readonly #pool: pg.Pool;
  readonly #sender: Pick<Sender, "drain">;
  readonly #log: Log;
  readonly #sleeper = new Sleeper();
  #mayHaveMore = false;
  #isStopping = false;
  #running: Promise<void> | null = null;

  constructor({ pool, sender, log }: FeederOptions) {
    this.#pool = pool;
    this.#sender = sender;
    this.#log = log;
  }

  /** Does what is due, or becomes due within a moment. A call during a run makes the run look again, and resolves at once. */
  drain(): Promise<void> {
    this.#mayHaveMore = true;
    this.#sleeper.wake();
    if (this.#running !== null || this.#isStopping) return Promise.resolve();
    this.#running = this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Waits for the step that is being done. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#sleeper.wake();
    await this.#running?.catch((err: unknown) =>
      this.#log.warn({ err }, "the campaign feeder failed while it stopped"),
    );
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      try {
        if (await this.#step()) continue;
        const waitMs = await this.#nextStepInMs();
        if (waitMs !== null) await this.#sleeper.sleep(waitMs);
        else if (!this.#mayHaveMore) return;
      } catch (error) {
        if (!isPassing(error)) throw error;
        this.#log.warn({ err: error }, "the campaign feeder failed to reach the database; trying again");
        await this.#sleeper.sleep(BACKOFF_MS);
      }
    }
  }

  /** Returns whether there was something to do. */
  async #step(): Promise<boolean> {
    this.#mayHaveMore = false;
    const { rows: tracked } = await this.#pool.query("select app_private.track_campaigns() as changes");
    const frozen = await this.#continue("select *, 0 as messages from app_private.freeze_campaigns()");
    const fed = await this.#continue("select * from app_private.feed_campaigns()");
    if (fed.messages > 0)
      this.#sender
        .drain()
        .catch((err: unknown) => this.#log.warn({ err }, "outbox drain failed; will retry"));
    return frozen.campaign_id !== null || fed.campaign_id !== null || tracked[0].changes > 0;
  }

  async #continue(sql: string): Promise<Step> {
    const { rows } = await this.#pool.query<Step>(sql);
    const { campaign_id: campaignId, error } = rows[0]!;
    if (error !== null)
      this.#log.warn({ campaignId, error }, "a campaign could not be continued; it is tried again");
    return rows[0]!;
  }

  /** Milliseconds until the next step is due, if that is soon; otherwise null, and a job is scheduled. */
  async #nextStepInMs(): Promise<number | null> {
    const { rows } = await this.#pool.query("select app_private.next_campaign_step_in($1) as wait_ms", [
      SHORT_MS,
    ]);
    return rows[0].wait_ms;
  }
}
