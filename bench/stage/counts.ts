import type pg from "pg";

/** What the database has of a tenant. */
export type Counts = {
  inbound: number;
  /** Of different provider ids. */
  distinct: number;
  unread: number;
  outbound: number;
  sent: number;
  outbox: number;
  events: number;
};

export async function countsOf(client: pg.Client, tenantId: string): Promise<Counts> {
  const { rows } = await client.query(
    `select
       count(*) filter (where direction = 'inbound')::int as inbound,
       count(distinct provider_message_id) filter (where direction = 'inbound')::int as distinct,
       count(*) filter (where direction = 'outbound')::int as outbound,
       (select coalesce(sum(unread_count), 0)::int from app_public.conversations where tenant_id = $1) as unread,
       (select count(*)::int from app_public.message_statuses where tenant_id = $1 and status >= 'sent' and status <> 'failed') as sent,
       (select count(*)::int from app_private.outbox where tenant_id = $1) as outbox,
       (select count(*)::int from app_public.webhook_events where tenant_id = $1 and status = 'processed') as events
     from app_public.messages where tenant_id = $1`,
    [tenantId],
  );
  return rows[0];
}

/** What is wrong between the acknowledged and the stored. */
export function inboundFaults(before: Counts, after: Counts, accepted: number, mostRefused = 0): string[] {
  const stored = after.inbound - before.inbound;
  const faults: string[] = [];
  if (stored < accepted) faults.push(`${accepted - stored} acknowledged messages are lost`);
  // What was answered 503 may be there all the same: the provider brings it again, and it counts once.
  if (stored > accepted + mostRefused)
    faults.push(`${stored - accepted} more messages are stored than were acknowledged`);
  if (after.distinct !== after.inbound) faults.push(`${after.inbound - after.distinct} messages are doubled`);
  const unread = after.unread - before.unread;
  if (unread !== stored) faults.push(`${unread} unread of ${stored} stored`);
  return faults;
}

/** Answers that were not 200. */
export function answerFaults(answers: Readonly<Record<string, number>>): string[] {
  return Object.entries(answers)
    .filter(([status]) => status !== "200")
    .map(([status, times]) => `${times} answers were ${status === "0" ? "cut off" : status}`);
}

/** How many answers were not 200. */
export function refusals(answers: Readonly<Record<string, number>>): number {
  return Object.entries(answers).reduce((sum, [status, times]) => sum + (status === "200" ? 0 : times), 0);
}

/** Polls until the condition holds; false when it never did. */
export async function eventually(
  client: pg.Client,
  question: string,
  values: readonly unknown[],
  timeoutMs: number,
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  do {
    const { rows } = await client.query(`select (${question}) as is_so`, [...values]);
    if (rows[0].is_so) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  } while (performance.now() < deadline);
  return false;
}
