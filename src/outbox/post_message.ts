import type { Log } from "../base/log.ts";
import { metrics } from "../base/metrics.ts";
import type { GraphClient } from "../channels/whatsapp/outbound/graph_client.ts";
import { sendMessage } from "../channels/whatsapp/outbound/send_message.ts";
import type { Channel, Outcome } from "../channels/whatsapp/outbound/wire.ts";
import type { ChannelAccess } from "./channel_access.ts";
import type { ClaimedMessage } from "./claimed_message.ts";

export type PostOptions = {
  graph: GraphClient;
  access: ChannelAccess;
  log: Log;
  /** By performance.now(): later than this the lease may end before the answer comes. */
  postBefore: number;
};

/** Posts a claimed message. Never rejects. */
export async function postMessage(message: ClaimedMessage, options: PostOptions): Promise<Outcome> {
  const { access, log } = options;
  try {
    const channel = await access(message.channel_id);
    const outcome = await post(message, channel, options);
    if (outcome.kind !== "channel_stopped") return outcome;
    // Nothing was sent. The token may have been changed since it was last read: that is no reason to stop.
    const fresh = await access(message.channel_id, true);
    if (fresh === null || fresh.accessToken === channel?.accessToken) return outcome;
    return await post(message, fresh, options);
  } catch (error) {
    // Nothing was posted: the secrets could not be read or opened.
    log.error({ messageId: message.message_id, err: error }, "a message could not be prepared for sending");
    return { kind: "unavailable", reason: "prepare" };
  }
}

async function post(
  message: ClaimedMessage,
  channel: Channel | null,
  { graph, postBefore }: PostOptions,
): Promise<Outcome> {
  if (channel === null)
    return { kind: "channel_stopped", code: null, title: "the channel has no access token", details: null };
  // The process was suspended, or the machine: the message is not ours any more.
  if (performance.now() > postBefore) return { kind: "unavailable", reason: "late" };
  const measured = metrics.sendSeconds.startTimer();
  const outcome = await sendMessage(graph, channel, {
    id: message.message_id,
    type: message.type,
    content: message.content,
    to: { phone: message.phone, bsuid: message.bsuid },
    replyToProviderMessageId: message.reply_to_provider_message_id,
  });
  measured();
  return outcome;
}
