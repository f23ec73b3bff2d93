import type { Failure } from "../src/channels/outcome.ts";
import type { Task } from "../src/jobs/tasks.ts";
import { withAccess } from "../src/outbox/with_access.ts";
import type { WorkerContext } from "../src/process/worker_context.ts";

/** What conversion_to_report() returns. */
type Row = {
  id: string;
  tenant_id: string;
  /** Null if the channel has been removed. */
  channel_id: string | null;
  channel_kind: string | null;
  /** Null for a contact that has not come from an advertisement. */
  click_id: string | null;
  event_name: string;
  value: string | null;
  currency: string | null;
  occurred_at: Date;
};

/**
 * Reports a conversion to the provider of the advertisement. The row shows the outcome. A report with an unknown outcome is
 * repeated: the provider recognises it by the id of the row.
 */
export default ({
  pool,
  channels,
  slots,
}: Pick<WorkerContext, "pool" | "channels" | "slots">): Task<"report_conversion"> =>
  async ({ conversionId }, helpers) => {
    const { rows } = await pool.query<Row>("select * from app_private.conversion_to_report($1)", [
      conversionId,
    ]);
    const [row] = rows;
    if (row === undefined) return;
    const record = (status: "pending" | "reported" | "skipped" | "failed", failure?: Failure) => {
      const error = failure && errorOf(failure);
      return pool.query("select app_private.record_conversion($1, $2, $3, $4)", [
        row.id,
        status,
        error?.code,
        error && JSON.stringify(error),
      ]);
    };

    const { click_id: clickId, channel_id: id, channel_kind: kind } = row;
    const adapter = kind === null ? undefined : channels.adapterOf(kind);
    if (clickId === null || id === null || kind === null || !adapter?.reportConversion) {
      await record("skipped");
      return;
    }
    await slots.run("report_conversion", row.tenant_id, helpers, async () => {
      const conversion = { id: row.id, clickId, eventName: row.event_name, occurredAt: row.occurred_at };
      const value = row.value && row.currency ? { amount: Number(row.value), currency: row.currency } : null;
      const outcome = await withAccess(channels, { kind, id }, (access) =>
        adapter.reportConversion!({ ...conversion, value }, access),
      );
      if (outcome.kind === "done") {
        await record("reported");
        return;
      }
      // The channel is not stopped: the permission for reports is not that for messages.
      const isPermanent = outcome.kind === "rejected" || outcome.kind === "channel_stopped";
      const isLast = helpers.job.attempts >= helpers.job.max_attempts;
      await record(isPermanent || isLast ? "failed" : "pending", outcome);
      if (!isPermanent) throw new Error(`report conversion: ${outcome.kind}`);
    });
  };

function errorOf(failure: Failure): { code: string; title: string | null; details: string | null } {
  switch (failure.kind) {
    case "rejected":
    case "channel_stopped":
      return { code: failure.code ?? failure.kind, title: failure.title, details: failure.details };
    case "throttled":
      return { code: failure.code, title: "too many requests", details: null };
    case "unavailable":
    case "uncertain":
      return { code: "PYUNR", title: failure.reason, details: null };
    default:
      return failure satisfies never;
  }
}
