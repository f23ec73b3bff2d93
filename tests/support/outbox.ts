import type pg from "pg";
import type { Workspace } from "./people.ts";

type Queryable = Pick<pg.ClientBase, "query">;

/** An outcome, as record_outcomes() takes it; record() adds whose it is. */
type RecordedOutcome = {
  message_id: string;
  kind: "sent" | "failed" | "retry" | "uncertain";
  provider_message_id?: string;
  error_code?: string;
  retry_in_ms?: number;
  is_pair_limit?: boolean;
  may_lack_media?: boolean;
  is_held?: boolean;
};

/** A status, as apply_statuses() takes it. */
export type ReportedStatus = {
  tenant_id: string;
  channel_id: string;
  message_id?: string;
  provider_message_id?: string;
  status: "sent" | "delivered" | "read" | "played" | "failed";
  occurred_at: string;
  error?: object;
  pricing?: object;
};

/** Takes what is due, as a sender does; returns the messages' ids. */
export async function claim(db: Queryable, batchSize = 100, lease = "1 minute"): Promise<string[]> {
  const { rows } = await db.query("select message_id from app_private.claim_outbox($1, $2)", [
    batchSize,
    lease,
  ]);
  return rows.map(({ message_id }) => message_id);
}

export async function record(db: Queryable, ...outcomes: RecordedOutcome[]): Promise<void> {
  await db.query(
    `select app_private.record_outcomes(jsonb_agg(o || jsonb_build_object('tenant_id', s.tenant_id)))
     from jsonb_array_elements($1) o
     join app_public.message_statuses s on s.message_id = (o ->> 'message_id')::uuid`,
    [JSON.stringify(outcomes)],
  );
}

export async function applyStatuses(db: Queryable, ...statuses: ReportedStatus[]): Promise<void> {
  await db.query("select app_private.apply_statuses($1)", [JSON.stringify(statuses)]);
}

export function statusFor(
  workspace: Workspace,
  status: ReportedStatus["status"],
  rest: Partial<ReportedStatus>,
): ReportedStatus {
  return {
    tenant_id: workspace.tenantId,
    channel_id: workspace.channelId,
    status,
    occurred_at: new Date().toISOString(),
    ...rest,
  };
}

/** The row of a message's status. */
export async function statusOf(db: Queryable, messageId: string) {
  const { rows } = await db.query("select * from app_public.message_statuses where message_id = $1", [
    messageId,
  ]);
  return rows[0];
}

/** The row of a message in the outbox; undefined when it has left. */
export async function outboxOf(db: Queryable, messageId: string) {
  const { rows } = await db.query("select * from app_private.outbox where message_id = $1", [messageId]);
  return rows[0];
}
