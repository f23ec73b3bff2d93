import type { Task } from "../src/jobs/tasks.ts";
import type { WorkerContext } from "../src/process/worker_context.ts";

/** Sends the customer a read receipt for the newest message, which covers earlier ones, and optionally "typing". */
export default ({
  pool,
  channels,
  log,
  slots,
}: Pick<WorkerContext, "pool" | "channels" | "log" | "slots">): Task<"mark_read"> =>
  async ({ conversationId, isTyping }, helpers) => {
    const { rows } = await pool.query(
      `select c.tenant_id, ch.kind, ch.id, m.provider_message_id
       from app_public.conversations c
       join app_public.channels ch on ch.id = c.channel_id
       join app_public.messages m
         on m.tenant_id = c.tenant_id and m.conversation_id = c.id and m.direction = 'inbound' and m.origin = 'live'
       where c.id = $1 and m.provider_message_id is not null and m.occurred_at > now() - interval '30 days'
       order by m.id desc
       limit 1`,
      [conversationId],
    );
    if (rows.length === 0) return;
    const { tenant_id: tenantId, kind, id, provider_message_id: providerMessageId } = rows[0];
    const adapter = channels.adapterOf(kind);
    const access = adapter.markRead && (await channels.accessTo({ kind, id }));
    if (!access) return;
    await slots.run("mark_read", tenantId, helpers, async () => {
      const read = await adapter.markRead!({ providerMessageId, isTyping }, access);
      if (read.kind === "done") return;
      // A read receipt is not essential: it is retried a few times, but its failure is not reported as an error.
      if (read.kind === "rejected" || read.kind === "channel_stopped") {
        log.info(
          { conversationId, outcome: read.kind, code: read.code },
          "a message could not be marked as read for the customer",
        );
        return;
      }
      throw new Error(`mark read: ${read.kind}`);
    });
  };
