import type pg from "pg";
import { nameOf } from "../channels/facts/fact.ts";
import type { Db } from "../database/db.ts";
import { inTransaction } from "../database/pipeline.ts";
import { type Composed, compose, eventRow, type SingleCase } from "./compose.ts";
import type { Delivery } from "./delivery.ts";
import { factCall } from "./fact_call.ts";

const PATIENCE = { query_timeout: 8_000 };

/** What came of deliveries. */
export type Applied = {
  /** How many messages were new. */
  stored: number;
  /** Chatbots have something to react to, and no job says so (`wakesItself` of the pool). */
  wakesChatbots: boolean;
};

export const NOTHING_APPLIED: Applied = { stored: 0, wakesChatbots: false };

export function both(a: Applied, b: Applied): Applied {
  return { stored: a.stored + b.stored, wakesChatbots: a.wakesChatbots || b.wakesChatbots };
}

/**
 * Stores deliveries and applies what they say in one transaction, one round trip where there are only messages and
 * statuses. Throws what the database says, and then nothing has happened.
 * `isStored` false: the bodies themselves are in the database already, or will be.
 */
export async function applyDeliveries(
  pool: pg.Pool,
  deliveries: readonly Delivery[],
  { isStored = true } = {},
): Promise<Applied> {
  const notes = deliveries.map(({ skipped }) => skipped.length);
  try {
    const composed = compose(deliveries, Date.now());
    const { batch, singles } = composed;
    if (isStored) {
      let bodyFrom = 1;
      for (const delivery of deliveries) {
        if (delivery.isPart) continue;
        batch.bodies.push(delivery.body);
        batch.events.push(eventRow(delivery, bodyFrom));
        bodyFrom += delivery.body.length;
      }
    }
    if (singles.length === 0) return await receive(pool, composed);
    return await inTransaction(pool, async (client) => {
      // First, so that the message that tells of a change is stored in the thread that there is.
      const untimely = await applyIdentityChanges(client, singles);
      const applied = await receive(client, composed);
      await applyFacts(client, untimely);
      // A fact may end a pause, or a handoff.
      return { ...applied, wakesChatbots: true };
    });
  } catch (error) {
    // What was noted has not happened either; another try notes it again.
    deliveries.forEach(({ skipped }, at) => void skipped.splice(notes[at]!));
    throw error;
  }
}

async function receive(db: Db, { batch, statusDeliveries }: Composed): Promise<Applied> {
  const { rows } = await db.query({
    name: "receive_webhooks",
    text: "select * from app_private.receive_webhooks($1, $2, $3, $4, $5)",
    values: [
      // One value: of an array, every byte would be written in hexadecimal and read again.
      Buffer.concat(batch.bodies),
      JSON.stringify(batch.events),
      JSON.stringify(batch.customers),
      JSON.stringify(batch.messages),
      JSON.stringify(batch.statuses),
    ],
    // A server that vanished without a word must not keep us waiting for minutes.
    ...PATIENCE,
  });
  const { stored, wakes_chatbots: wakesChatbots, unknown_statuses: unknown } = rows[0];
  if (unknown !== null) {
    const noted = (unknown as number[]).map((position) => statusDeliveries[position - 1]!);
    for (const { skipped } of noted) skipped.push({ kind: "status", reason: UNKNOWN_MESSAGE });
    await note(db, new Set(noted));
  }
  return { stored, wakesChatbots };
}

/** It may be of a message whose sending has not been answered yet, or of one that something else sent from the number. */
const UNKNOWN_MESSAGE = "no message that we know has this id; kept for eight days, in case that one turns up";

/** Returns the facts that are left: those of another kind, and changes of a customer whom nobody knows yet. */
async function applyIdentityChanges(db: Db, singles: readonly SingleCase[]): Promise<SingleCase[]> {
  const left: SingleCase[] = [];
  for (const single of singles) {
    const isChange = single.fact.kind === "identity_change";
    if (!isChange || !(await applyFact(db, single))) left.push(single);
  }
  return left;
}

/** Whether it is about somebody or something that is known. */
async function applyFact(db: Db, { delivery, fact, channel }: SingleCase): Promise<boolean> {
  const call = factCall(fact, channel, delivery.receivedAt);
  if (call.kind !== "call") return false;
  const { rows } = await db.query(`select app_private.${call.function}($1) as is_applied`, [
    JSON.stringify(call.argument),
  ]);
  return rows[0].is_applied !== false;
}

/** After the messages: a fact may be about somebody whom they introduce. */
async function applyFacts(db: Db, singles: readonly SingleCase[]): Promise<void> {
  const noted = new Set<Delivery>();
  const contacts: unknown[] = [];
  for (const single of singles) {
    const { delivery, fact, channel } = single;
    const call = factCall(fact, channel, delivery.receivedAt);
    if (call.kind === "contact") {
      contacts.push(call.argument);
      continue;
    }
    if (await applyFact(db, single)) continue;
    delivery.skipped.push({
      kind: nameOf(fact),
      reason: call.kind === "skip" ? call.reason : "it names no known contact or message",
    });
    noted.add(delivery);
  }
  for (let at = 0; at < contacts.length; at += 1000) {
    await db.query("select app_private.apply_contact_syncs($1)", [
      JSON.stringify(contacts.slice(at, at + 1000)),
    ]);
  }
  await note(db, noted);
}

/** Writes what deliveries have skipped to their rows, which are there already. */
async function note(db: Db, deliveries: ReadonlySet<Delivery>): Promise<void> {
  for (const delivery of deliveries) {
    await db.query("update app_public.webhook_events set skipped = $3 where tenant_id = $1 and id = $2", [
      delivery.channel.tenantId,
      delivery.id,
      JSON.stringify(delivery.skipped.slice(0, 1000)),
    ]);
  }
}
