import type { Log } from "../base/log.ts";
import { metrics } from "../base/metrics.ts";
import type { Access } from "../channels/outbound.ts";
import type { Outcome } from "../channels/outcome.ts";
import type { ClaimedMessage } from "./claimed_message.ts";
import type { OutboundChannels } from "./outbound_channels.ts";
import { withAccess } from "./with_access.ts";

type PostOptions = {
  channels: OutboundChannels;
  log: Log;
  /** By performance.now(): a request that starts later may outlast the lease. */
  postBefore: number;
};

/** Posts a claimed message. Never rejects. */
export async function postMessage(message: ClaimedMessage, options: PostOptions): Promise<Outcome> {
  const { channels, log } = options;
  const channel = { kind: message.channel_kind, id: message.channel_id };
  try {
    return await withAccess(channels, channel, (access) => post(message, access, options));
  } catch (error) {
    // Nothing was sent: the secrets could not be read or opened.
    log.error({ messageId: message.message_id, err: error }, "failed to prepare a message for sending");
    return { kind: "unavailable", reason: "prepare" };
  }
}

async function post(
  message: ClaimedMessage,
  access: Access,
  { channels, postBefore }: PostOptions,
): Promise<Outcome> {
  // The process or the machine was suspended. The lease may have ended, so another process may send the message.
  if (performance.now() > postBefore) return { kind: "unavailable", reason: "late" };
  const measured = metrics.sendSeconds.startTimer();
  const outcome = await channels.adapterOf(message.channel_kind).post(
    {
      id: message.message_id,
      type: message.type,
      content: message.content,
      to: { phone: message.phone, bsuid: message.bsuid },
      replyToProviderMessageId: message.reply_to_provider_message_id,
      attempts: message.attempts,
    },
    access,
  );
  measured();
  return outcome;
}
