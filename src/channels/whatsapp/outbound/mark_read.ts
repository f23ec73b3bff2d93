import type { Failure } from "../../outcome.ts";
import type { CloudApiAccess } from "./access.ts";
import { classifyError, classifyLoss } from "./classify_error.ts";
import { authorization, bodyOf, edgeUrl, type GraphClient } from "./graph_client.ts";

/**
 * Marks a message of the customer and all earlier ones as read (two blue ticks). Optionally shows a typing indicator
 * until the business replies or 25 s have passed. Can be repeated safely, even after an `uncertain` failure.
 */
export async function markRead(
  graph: GraphClient,
  access: CloudApiAccess,
  read: { providerMessageId: string; isTyping?: boolean },
): Promise<{ kind: "done" } | Failure> {
  const reply = await graph.request({
    method: "POST",
    url: edgeUrl(access, `${access.phoneNumberId}/messages`),
    headers: { ...authorization(access), "content-type": "application/json" },
    body: Buffer.from(
      JSON.stringify({
        messaging_product: "whatsapp",
        status: "read",
        message_id: read.providerMessageId,
        ...(read.isTyping ? { typing_indicator: { type: "text" } } : {}),
      }),
    ),
  });
  if (reply.kind !== "reply") return classifyLoss(reply);
  return bodyOf(reply)?.success === true ? { kind: "done" } : classifyError(reply);
}
