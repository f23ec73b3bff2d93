import type { Outbound } from "../src/channels/outbound.ts";
import type { Task } from "../src/jobs/tasks.ts";
import type { WorkerContext } from "../src/process/worker_context.ts";

type PendingBlock = {
  tenant_id: string;
  channel_id: string;
  channel_kind: Parameters<WorkerContext["channels"]["adapterOf"]>[0];
  is_blocked: boolean;
  phone: string | null;
  bsuid: string | null;
};

/** Asks the providers to block or unblock a contact, and records the outcome for each channel. */
export default ({
  pool,
  channels,
  slots,
}: Pick<WorkerContext, "pool" | "channels" | "slots">): Task<"block_contact"> =>
  async ({ contactId }, helpers) => {
    const { rows } = await pool.query<PendingBlock>("select * from app_private.pending_contact_blocks($1)", [
      contactId,
    ]);
    if (!rows[0]) return;
    await slots.run("block_contact", rows[0].tenant_id, helpers, async () => {
      const postponed: string[] = [];
      for (const block of rows) {
        const outcome = await setBlocked(block, channels);
        const isRefused = outcome.kind === "rejected" || outcome.kind === "channel_stopped";
        if (!isRefused && outcome.kind !== "done") {
          postponed.push(outcome.kind);
          continue;
        }
        await pool.query("select app_private.record_contact_block($1, $2, $3, $4, $5, $6)", [
          contactId,
          block.channel_id,
          block.is_blocked,
          isRefused ? "failed" : "done",
          isRefused ? outcome.code : null,
          isRefused ? (outcome.details ?? outcome.title) : null,
        ]);
      }
      // The job is repeated for those that are still pending.
      if (postponed.length > 0) throw new Error(`block contact: ${postponed.join(", ")}`);
    });
  };

async function setBlocked(
  { channel_id: id, channel_kind: kind, is_blocked: isBlocked, phone, bsuid }: PendingBlock,
  channels: WorkerContext["channels"],
): ReturnType<NonNullable<Outbound["setBlocked"]>> {
  const adapter = channels.adapterOf(kind);
  const access = adapter.setBlocked && (await channels.accessTo({ kind, id }));
  if (!adapter.setBlocked || !access || (phone ?? bsuid) === null)
    return {
      kind: "rejected",
      code: "PYCHN",
      title: null,
      details: "The channel cannot block the contact: it has no credentials, or no address of the contact",
    };
  return adapter.setBlocked({ address: { phone, bsuid }, isBlocked }, access);
}
