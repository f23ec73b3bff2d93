import type pg from "pg";
import { nameOf } from "../channels/facts/fact.ts";
import type { Db } from "../database/db.ts";
import { inTransaction } from "../database/pipeline.ts";
import { type Composed, compose, eventRow, type SingleCase, type StatusSource } from "./compose.ts";
import type { Delivery } from "./delivery.ts";
import { factCall } from "./fact_call.ts";
import { customerOf } from "./rows.ts";

const TIMEOUT = { query_timeout: 8_000 };

/** The result of applying deliveries. */
export type Applied = {
  /** The number of new messages. */
  stored: number;
  /** Whether there are events for chatbots, which no job announces (see `wakesItself` of the pool). */
  wakesChatbots: boolean;
};

export const NOTHING_APPLIED: Applied = { stored: 0, wakesChatbots: false };

export function both(a: Applied, b: Applied): Applied {
  return { stored: a.stored + b.stored, wakesChatbots: a.wakesChatbots || b.wakesChatbots };
}

/**
 * Stores deliveries and applies their facts in one transaction, in one round trip if there are only messages and statuses.
 * Throws errors of the database; nothing is changed then. With `isStored` false the bodies are not stored: they are already in
 * the database, or will be.
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
      // Before the messages, so that the message about a change of identity is stored in the existing conversation.
      const untimely = await applyIdentityChanges(client, singles);
      const applied = await receive(client, composed);
      await applyFacts(client, untimely);
      // A fact may end a pause or a handoff.
      return { ...applied, wakesChatbots: true };
    });
  } catch (error) {
    // The transaction was rolled back, so its notes are removed; a retry adds them again.
    deliveries.forEach(({ skipped }, at) => void skipped.splice(notes[at]!));
    throw error;
  }
}

async function receive(db: Db, { batch, statusSources }: Composed): Promise<Applied> {
  const { rows } = await db.query({
    name: "receive_webhooks",
    text: "select * from app_private.receive_webhooks($1, $2, $3, $4, $5)",
    values: [
      // A single value: in an array every byte would be converted to hexadecimal and back.
      Buffer.concat(batch.bodies),
      JSON.stringify(batch.events),
      JSON.stringify(batch.customers),
      JSON.stringify(batch.messages),
      JSON.stringify(batch.statuses),
    ],
    // Without this, a server that vanished would be noticed only after minutes.
    ...TIMEOUT,
  });
  const { stored, wakes_chatbots: wakesChatbots, unknown_statuses: unknown } = rows[0];
  if (unknown !== null)
    await noteUnknown(
      db,
      (unknown as number[]).map((position) => statusSources[position - 1]!),
    );
  return { stored, wakesChatbots };
}

/** Statuses whose message is not known; that of an erased person may be among them. */
async function noteUnknown(db: Db, sources: readonly StatusSource[]): Promise<void> {
  for (const { delivery } of sources) delivery.skipped.push({ kind: "status", reason: UNKNOWN_MESSAGE });
  const recipients = sources.flatMap(
    ({ delivery: { receivedAt }, fact, channel }) =>
      customerOf(channel, fact.recipient, fact, receivedAt) ?? [],
  );
  await Promise.all([
    note(db, new Set(sources.map(({ delivery }) => delivery))),
    db.query("select app_private.clean_statuses_of_erased($1)", [JSON.stringify(recipients)]),
  ]);
}

/** A status may arrive before the response to the request that sent its message, or be for a message of another application. */
const UNKNOWN_MESSAGE =
  "no message is known by this id; kept for eight days, in case the message arrives later";

/** Returns the facts that were not applied: those of other kinds, and changes of customers who are not stored yet. */
async function applyIdentityChanges(db: Db, singles: readonly SingleCase[]): Promise<SingleCase[]> {
  const left: SingleCase[] = [];
  for (const single of singles) {
    const isChange = single.fact.kind === "identity_change";
    if (!isChange || !(await applyFact(db, single))) left.push(single);
  }
  return left;
}

/** Applies a fact; returns whether its subject is stored. */
async function applyFact(db: Db, { delivery, fact, channel }: SingleCase): Promise<boolean> {
  const call = factCall(fact, channel, delivery.receivedAt);
  if (call.kind !== "call") return false;
  const { rows } = await db.query(`select app_private.${call.function}($1) as is_applied`, [
    JSON.stringify(call.argument),
  ]);
  return rows[0].is_applied !== false;
}

/** Applies the remaining facts after the messages, which may create the customers that the facts are about. */
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
      reason: call.kind === "skip" ? call.reason : "it names no known contact, message or account",
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

/** Adds the skipped facts of deliveries to their rows, which are already stored. */
async function note(db: Db, deliveries: ReadonlySet<Delivery>): Promise<void> {
  for (const delivery of deliveries) {
    await db.query("update app_public.webhook_events set skipped = $3 where tenant_id = $1 and id = $2", [
      delivery.channel.tenantId,
      delivery.id,
      JSON.stringify(delivery.skipped.slice(0, 1000)),
    ]);
  }
}
