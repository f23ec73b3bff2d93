import type pg from "pg";
import { until } from "../../support/until.ts";
import type { World } from "./world.ts";

/** The share of outbound messages that may have gone out twice, all of them noticed. */
const DOUBLED = 0.001;
const SETTLE_MS = 300_000;
const SENT: readonly string[] = ["sent", "delivered", "read"];

export type Outcome = { figures: Record<string, number>; violations: string[] };

type Outbound = { id: string; status: string; conversation_id: string; is_detected: boolean };

/** Waits until the load that was given has been worked off, and compares what the database says with what Meta's ledger says. */
export async function checkInvariants(world: World): Promise<Outcome> {
  const { pool, sandbox } = world;
  await until("every webhook to be acknowledged", () => sandbox.webhooks.pending === 0, SETTLE_MS);
  await until("every message to have an outcome", () => isSettled(world), SETTLE_MS);
  const inbound = await checkInbound(world);
  const outbound = await checkOutbound(world);
  const drift = await countersThatDiffer(pool);
  return {
    figures: { ...inbound.figures, ...outbound.figures },
    violations: [
      ...inbound.violations,
      ...outbound.violations,
      ...(drift === 0
        ? []
        : [`${drift} conversations have a wrong unread count or time of the last message`]),
    ],
  };
}

async function isSettled({ pool, sandbox }: World): Promise<boolean> {
  await passTime(pool);
  const { rows } = await pool.query(
    `select (select count(*)::int from app_private.chatbot_events) as events,
       (select count(*)::int from app_private.outbox) as outbox`,
  );
  return sandbox.webhooks.pending === 0 && rows[0].events === 0 && rows[0].outbox === 0;
}

/** The leases of dead workers run out (a living one has its answer within two seconds), and ten minutes pass. */
async function passTime(pool: pg.Pool): Promise<void> {
  await pool.query(
    "update app_private.outbox set lease_until = now() where state = 'sending' and lease_until < now() + interval '50 seconds'",
  );
  await pool.query("select app_private.reconcile_outbox()");
  await pool.query(
    "update app_private.outbox set uncertain_at = now() - interval '11 minutes' where state = 'uncertain' and uncertain_at > now() - interval '11 minutes'",
  );
  await pool.query("select app_private.reconcile_outbox()");
}

async function checkInbound({ pool, sandbox }: World): Promise<Outcome> {
  const said = new Set(
    sandbox.ledger.messages.flatMap(({ from, wamid }) => (from === "customer" ? wamid : [])),
  );
  const { rows } = await pool.query<{ id: string }>(
    "select provider_message_id as id from app_public.messages where direction = 'inbound'",
  );
  const stored = new Set(rows.map(({ id }) => id));
  const lost = said.difference(stored).size;
  const doubled = rows.length - stored.size;
  return {
    figures: { "inbound said": said.size, "inbound stored": stored.size },
    violations: [
      ...(lost === 0 ? [] : [`${lost} of ${said.size} inbound messages are lost`]),
      ...(doubled === 0 ? [] : [`${doubled} inbound messages are stored twice`]),
    ],
  };
}

async function checkOutbound({ pool, sandbox, load }: World): Promise<Outcome> {
  const { rows } = await pool.query<Outbound>(
    `select s.message_id as id, s.status, m.conversation_id, s.duplicate_provider_message_ids is not null as is_detected
     from app_public.message_statuses s join app_public.messages m on m.tenant_id = s.tenant_id and m.id = s.message_id
     order by s.message_id`,
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  const sent = sandbox.ledger.sent.map(({ callbackData }) => callbackData!);
  const times = Map.groupBy(sent, (id) => id);
  const doubled = [...times].filter(([, { length }]) => length > 1).map(([id]) => id);
  const problems = {
    "acknowledged messages are lost": load.acknowledged.filter((id) => !byId.has(id)),
    "messages have no outcome": rows.filter(({ status }) => ["queued", "sending"].includes(status)),
    "messages count as sent and never went out": rows.filter(
      ({ id, status }) => SENT.includes(status) && !times.has(id),
    ),
    "messages went out and do not count as sent": [...times.keys()].filter(
      (id) => !SENT.includes(byId.get(id)?.status ?? ""),
    ),
    "messages went out twice unnoticed": doubled.filter((id) => !byId.get(id)?.is_detected),
    "messages went out in the wrong order": outOfOrder(sent, byId),
  };
  const tooMany = doubled.length > DOUBLED * sent.length;
  return {
    figures: {
      "outbound acknowledged": load.acknowledged.length,
      "outbound stored": rows.length,
      "outbound sent": times.size,
      "outbound failed": rows.filter(({ status }) => status === "failed").length,
      "outbound doubled": doubled.length,
    },
    violations: [
      ...Object.entries(problems).flatMap(([what, { length }]) => (length === 0 ? [] : `${length} ${what}`)),
      ...(tooMany ? [`${doubled.length} of ${sent.length} messages went out twice`] : []),
    ],
  };
}

/** Ids grow in the order in which messages of a conversation have to go out. */
function outOfOrder(sent: readonly string[], byId: ReadonlyMap<string, Outbound>): string[] {
  const last = new Map<string, string>();
  return sent.filter((id) => {
    const conversation = byId.get(id)?.conversation_id ?? "";
    const isLate = id < (last.get(conversation) ?? "");
    if (!isLate) last.set(conversation, id);
    return isLate;
  });
}

async function countersThatDiffer(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query(
    `select count(*)::int as conversations from app_public.conversations c
     cross join lateral (
       select count(*) filter (where m.direction = 'inbound')::int as unread, max(m.occurred_at) as last_at
       from app_public.messages m where m.tenant_id = c.tenant_id and m.conversation_id = c.id
     ) m
     where c.unread_count <> m.unread or c.last_message_at <> m.last_at`,
  );
  return rows[0].conversations;
}
