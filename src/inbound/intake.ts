import type pg from "pg";
import { isPassing } from "../base/database_error.ts";
import type { Log } from "../base/log.ts";
import type { Applied } from "./apply_deliveries.ts";
import { Batcher, BatcherFull } from "./batcher.ts";
import type { Delivery } from "./delivery.ts";
import { applyIsolated, applyTogether, UNFINISHED } from "./isolate.ts";

type IntakeOptions = {
  pool: pg.Pool;
  log: Log;
  /** How long to search for the invalid facts of one delivery; after that the worker continues. */
  isolationMs: number;
  onApplied(applied: Applied): void;
};

/** A heavier delivery is applied separately and in parts. */
const LARGE = 150;
const FACTS_OF_PART = 150;
/** How long a tenant with an invalid fact shares no batches. */
const SUSPECT_MS = 60_000;

/** A batch failed because of its content, not because of the database. */
class Spoiled extends Error {
  override name = "Spoiled";
}

/**
 * Stores and applies deliveries so that no tenant delays another. Small deliveries of all tenants share batches. Large ones are
 * applied separately by tenant, in parts that take turns with those of other tenants. So are the deliveries of a batch that
 * could not be applied, so that only the tenant with the invalid fact waits during the search for it.
 */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #shared: Batcher<Delivery>;
  readonly #apart: Batcher<Delivery>;
  /** The end of the suspicion of each tenant, by performance.now(). */
  readonly #suspects = new Map<string, number>();

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#shared = new Batcher({
      ...COMMON,
      concurrency: 2,
      run: (deliveries) => this.#applyShared(deliveries),
    });
    this.#apart = new Batcher({
      ...COMMON,
      isApart: true,
      batchWeight: LARGE,
      concurrency: 3,
      run: (deliveries, isWanted) => this.#applyApart(deliveries, isWanted),
    });
  }

  /**
   * Resolves when the delivery is committed. Throws BatcherFull and temporary errors: the provider must then deliver it again,
   * and facts that were already applied are ignored.
   */
  async take(delivery: Delivery, isWanted: () => boolean): Promise<void> {
    if (weightOf(delivery) > LARGE || this.#isSuspect(delivery)) return this.#takeApart(delivery, isWanted);
    try {
      await this.#shared.add(delivery, isWanted);
    } catch (error) {
      if (!(error instanceof Spoiled)) throw error;
      if (!isWanted()) throw new BatcherFull();
      await this.#takeApart(delivery, isWanted);
    }
  }

  /** Waits for deliveries in progress and rejects the others. */
  async close(): Promise<void> {
    await Promise.all([this.#shared.close(), this.#apart.close()]);
  }

  async #applyShared(deliveries: readonly Delivery[]): Promise<void> {
    const { pool, onApplied } = this.#options;
    try {
      onApplied(await applyTogether(pool, deliveries));
    } catch (error) {
      throw isPassing(error) ? error : new Spoiled("", { cause: error });
    }
  }

  async #applyApart(deliveries: readonly Delivery[], isWanted: () => boolean): Promise<void> {
    const { pool, log, isolationMs, onApplied } = this.#options;
    onApplied(await applyIsolated(pool, deliveries, log, { isWanted, withinMs: isolationMs }));
  }

  async #takeApart(delivery: Delivery, isWanted: () => boolean): Promise<void> {
    const wasWell = delivery.error === null;
    const { facts, channel } = delivery;
    // The last part is the body, with the outcome of its facts.
    for (let at = 0; facts.length > FACTS_OF_PART && at < facts.length; at += FACTS_OF_PART) {
      const part = { ...delivery, facts: facts.slice(at, at + FACTS_OF_PART), isPart: true };
      await this.#apart.add(part, isWanted);
      delivery.error = part.error === UNFINISHED ? UNFINISHED : (delivery.error ?? part.error);
      if (delivery.error === UNFINISHED) break;
    }
    await this.#apart.add(facts.length > FACTS_OF_PART ? { ...delivery, facts: [] } : delivery, isWanted);
    if (wasWell && delivery.error !== null)
      this.#suspects.set(channel.tenantId, performance.now() + SUSPECT_MS);
  }

  #isSuspect({ channel: { tenantId } }: Delivery): boolean {
    const until = this.#suspects.get(tenantId);
    if (until === undefined) return false;
    if (until > performance.now()) return true;
    this.#suspects.delete(tenantId);
    return false;
  }
}

/** The weight of a delivery, in both kinds of batches. */
const COMMON = {
  weigh: weightOf,
  keyOf: ({ channel }: Delivery) => channel.tenantId,
  batchWeight: 400,
  waitingWeight: 20_000,
  waitingWeightOfKey: 10_000,
};

function weightOf({ facts, body, isPart }: Delivery): number {
  return 1 + facts.length + (isPart ? 0 : body.length >> 12);
}
