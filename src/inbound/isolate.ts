import type pg from "pg";
import { isPassing, sqlState } from "../base/database_error.ts";
import type { Log } from "../base/log.ts";
import { nameOf } from "../channels/facts/fact.ts";
import { type Applied, applyDeliveries, both, NOTHING_APPLIED } from "./apply_deliveries.ts";
import type { Delivery } from "./delivery.ts";

/** Thrown when no request waits for the result any more: the rest is left to the provider's next delivery. */
class Unwanted extends Error {
  override name = "Unwanted";
}

/** The error of a delivery that was not applied in time: it is stored, and retry_webhooks continues. */
export const UNFINISHED = "not all of it could be applied in time: it is tried again";

/** Whether a request still waits for the result; checked before each step. */
type IsWanted = () => boolean;

/** `withinMs`: how long to search for the invalid facts of one delivery. */
type Limits = { isWanted: IsWanted; withinMs: number };

/** Applies deliveries together, or not at all. Throws errors of the database. */
export function applyTogether(pool: pg.Pool, deliveries: readonly Delivery[]): Promise<Applied> {
  return persistently(() => applyDeliveries(pool, deliveries));
}

/**
 * Applies deliveries so that an invalid one does not block the others: halves the batch until the invalid body is alone, and
 * then its facts until the invalid fact is alone. The rest is applied, and the body is stored as failed, with the reason.
 * Throws only temporary errors (database not available, deadlock): nothing may be acknowledged then.
 */
export async function applyIsolated(
  pool: pg.Pool,
  deliveries: readonly Delivery[],
  log: Log,
  { isWanted, withinMs }: Limits,
): Promise<Applied> {
  if (!isWanted()) throw new Unwanted();
  try {
    return await applyTogether(pool, deliveries);
  } catch (error) {
    if (isPassing(error)) throw error;
    if (deliveries.length === 1) {
      // The body is stored last: a crash before that makes the provider deliver it all again.
      const [delivery] = deliveries;
      const applied = await applyFacts(pool, delivery!, log, { isWanted, withinMs });
      if (!delivery!.isPart) await applyDeliveries(pool, [{ ...delivery!, facts: [] }]);
      return applied;
    }
    const middle = deliveries.length >> 1;
    return both(
      await applyIsolated(pool, deliveries.slice(0, middle), log, { isWanted, withinMs }),
      await applyIsolated(pool, deliveries.slice(middle), log, { isWanted, withinMs }),
    );
  }
}

/**
 * Applies the facts of one delivery without storing its body: all together if possible, otherwise in halves, down to the
 * invalid facts, which are added to its `skipped` and `error`, or until the time is up. Throws only temporary errors.
 */
export async function applyFacts(
  pool: pg.Pool,
  delivery: Delivery,
  log: Log,
  { isWanted = () => true, withinMs = Number.POSITIVE_INFINITY }: Partial<Limits> = {},
): Promise<Applied> {
  const began = performance.now();
  const apply = async (facts: Delivery["facts"]): Promise<Applied> => {
    if (facts.length === 0) return NOTHING_APPLIED;
    if (!isWanted()) throw new Unwanted();
    if (performance.now() - began > withinMs) {
      delivery.error = UNFINISHED;
      return NOTHING_APPLIED;
    }
    try {
      return await persistently(() => applyDeliveries(pool, [{ ...delivery, facts }], { isStored: false }));
    } catch (error) {
      if (isPassing(error)) throw error;
      if (facts.length > 1) {
        const middle = facts.length >> 1;
        return both(await apply(facts.slice(0, middle)), await apply(facts.slice(middle)));
      }
      const reason = describe(error);
      delivery.error ??= reason;
      delivery.skipped.push({ kind: nameOf(facts[0]!.fact), reason });
      log.warn(
        { webhookEventId: delivery.id, channelId: delivery.channel.id, reason },
        "failed to apply part of a webhook",
      );
      return NOTHING_APPLIED;
    }
  };
  return apply(delivery.facts);
}

/** The code and the constraint, without the values, which are a customer's data. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  const rule = "constraint" in error && error.constraint ? ` (${error.constraint})` : "";
  return `${sqlState(error) ?? error.name}: ${error.message.slice(0, 200)}${rule}`;
}

/** Retries after a deadlock. */
async function persistently<T>(work: () => Promise<T>, tries = 3): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (tries > 1 && sqlState(error)?.startsWith("40")) return persistently(work, tries - 1);
    throw error;
  }
}
