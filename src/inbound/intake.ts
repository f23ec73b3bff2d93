import type pg from "pg";
import { isPassing } from "../base/database_error.ts";
import type { Log } from "../base/log.ts";
import type { Applied } from "./apply_deliveries.ts";
import { Batcher, BatcherFull } from "./batch.ts";
import type { Delivery } from "./delivery.ts";
import { applyIsolated, applyTogether, UNFINISHED } from "./isolate.ts";

/** Brings deliveries into the database, so that no tenant's keep another's waiting. */
type Intake = {
  /**
   * Resolves when the delivery is committed. Throws BatcherFull and what is passing: then it has to come again, and what
   * was applied of it is passed over.
   */
  take(delivery: Delivery, isWanted: () => boolean): Promise<void>;
  /** Waits for what is under way and refuses the rest. */
  close(): Promise<void>;
};

type IntakeOptions = {
  pool: pg.Pool;
  log: Log;
  /** How long to look for what cannot be applied in one delivery; the worker takes it from there. */
  isolationMs: number;
  onApplied(applied: Applied): void;
};

/** A heavier delivery does not share its batch, and goes in parts. */
const LARGE = 150;
const FACTS_OF_PART = 150;
/** So long a tenant with something that cannot be applied shares no batch. */
const SUSPECT_MS = 60_000;

/** A batch failed because of what is in it, not because of the database. */
class Spoiled extends Error {
  override name = "Spoiled";
}

/**
 * Small deliveries of all tenants share batches. Apart from these, each tenant by itself: large ones, in parts that take
 * turns with other tenants', and all that was in a batch that could not be applied, so that only the tenant whose fact is
 * bad waits while it is looked for.
 */
export function createIntake({ pool, log, isolationMs, onApplied }: IntakeOptions): Intake {
  const suspectUntil = new Map<string, number>();
  const common = {
    weigh: weightOf,
    keyOf: ({ channel }: Delivery) => channel.tenantId,
    batchWeight: 400,
    waitingWeight: 20_000,
    waitingWeightOfKey: 10_000,
  };
  const shared = new Batcher<Delivery>({
    ...common,
    concurrency: 2,
    async run(deliveries) {
      try {
        onApplied(await applyTogether(pool, deliveries));
      } catch (error) {
        throw isPassing(error) ? error : new Spoiled("", { cause: error });
      }
    },
  });
  const apart = new Batcher<Delivery>({
    ...common,
    isApart: true,
    batchWeight: LARGE,
    concurrency: 3,
    async run(deliveries, isWanted) {
      onApplied(await applyIsolated(pool, deliveries, log, { isWanted, withinMs: isolationMs }));
    },
  });

  async function takeApart(delivery: Delivery, isWanted: () => boolean): Promise<void> {
    const wasWell = delivery.error === null;
    const { facts, channel } = delivery;
    // The last part is the body, with what became of its facts.
    for (let at = 0; facts.length > FACTS_OF_PART && at < facts.length; at += FACTS_OF_PART) {
      const part = { ...delivery, facts: facts.slice(at, at + FACTS_OF_PART), isPart: true };
      await apart.add(part, isWanted);
      delivery.error = part.error === UNFINISHED ? UNFINISHED : (delivery.error ?? part.error);
      if (delivery.error === UNFINISHED) break;
    }
    await apart.add(facts.length > FACTS_OF_PART ? { ...delivery, facts: [] } : delivery, isWanted);
    if (wasWell && delivery.error !== null)
      suspectUntil.set(channel.tenantId, performance.now() + SUSPECT_MS);
  }

  function isSuspect({ channel: { tenantId } }: Delivery): boolean {
    const until = suspectUntil.get(tenantId);
    if (until === undefined) return false;
    if (until > performance.now()) return true;
    suspectUntil.delete(tenantId);
    return false;
  }

  return {
    async take(delivery, isWanted) {
      if (weightOf(delivery) > LARGE || isSuspect(delivery)) return takeApart(delivery, isWanted);
      try {
        await shared.add(delivery, isWanted);
      } catch (error) {
        if (!(error instanceof Spoiled)) throw error;
        if (!isWanted()) throw new BatcherFull();
        await takeApart(delivery, isWanted);
      }
    },
    async close() {
      await Promise.all([shared.close(), apart.close()]);
    },
  };
}

function weightOf({ facts, body, isPart }: Delivery): number {
  return 1 + facts.length + (isPart ? 0 : body.length >> 12);
}
