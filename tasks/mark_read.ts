import type { Task } from "graphile-worker";
import { z } from "zod";
import { markRead } from "../src/channels/whatsapp/outbound/mark_read.ts";
import type { Program } from "../src/process/worker_context.ts";

const Payload = z.object({ conversationId: z.uuid(), isTyping: z.boolean().default(false) });

/** Tells the customer that their messages were read (the newest stands for all before it), and if asked that we type. */
export default ({ pool, access, graph, log, slots }: Program): Task =>
  async (payload, helpers) => {
    const { conversationId, isTyping } = Payload.parse(payload);
    const { rows } = await pool.query(
      `select c.tenant_id, c.channel_id, m.provider_message_id
       from app_public.conversations c
       join app_public.messages m
         on m.tenant_id = c.tenant_id and m.conversation_id = c.id and m.direction = 'inbound' and m.origin = 'live'
       where c.id = $1 and m.provider_message_id is not null and m.occurred_at > now() - interval '30 days'
       order by m.id desc
       limit 1`,
      [conversationId],
    );
    const channel = rows[0] && (await access(rows[0].channel_id));
    if (!channel) return;
    await slots.run("courtesy", rows[0].tenant_id, helpers, async () => {
      const read = await markRead(graph, channel, {
        providerMessageId: rows[0].provider_message_id,
        isTyping,
      });
      if (read.kind === "done") return;
      // Blue ticks are a courtesy: worth a few more tries, never an alarm.
      if (read.kind === "rejected" || read.kind === "channel_stopped") {
        log.info(
          { conversationId, outcome: read.kind, code: read.code },
          "the customer was not told that we read",
        );
        return;
      }
      throw new Error(`mark read: ${read.kind}`);
    });
  };
