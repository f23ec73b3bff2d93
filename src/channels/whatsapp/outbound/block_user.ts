import type { JsonObject } from "../../../base/json/json.ts";
import { integerOf, objectOf, objectsOf, textOf } from "../../../base/json/values.ts";
import type { OutboundMessage } from "../../outbound.ts";
import type { Failure } from "../../outcome.ts";
import type { CloudApiAccess } from "./access.ts";
import { classifyError, classifyLoss } from "./classify_error.ts";
import { authorization, bodyOf, edgeUrl, type GraphClient } from "./graph_client.ts";

/**
 * Blocks or unblocks a customer on a number: Meta then neither delivers their messages nor accepts any to them. Only
 * customers who have written within 24 hours can be blocked. Can be repeated safely, even after an `uncertain` failure.
 */
export async function blockUser(
  graph: GraphClient,
  access: CloudApiAccess,
  { address, isBlocked }: { address: OutboundMessage["to"]; isBlocked: boolean },
): Promise<{ kind: "done" } | Failure> {
  const reply = await graph.request({
    method: isBlocked ? "POST" : "DELETE",
    url: edgeUrl(access, `${access.phoneNumberId}/block_users`),
    headers: { ...authorization(access), "content-type": "application/json" },
    body: Buffer.from(
      JSON.stringify({
        messaging_product: "whatsapp",
        block_users: [{ user: address.phone ?? address.bsuid }],
      }),
    ),
  });
  if (reply.kind !== "reply") return classifyLoss(reply);
  const users = objectOf(bodyOf(reply)?.block_users);
  if (reply.status !== 200 || users === null) return classifyError(reply);
  const [failed] = objectsOf(users.failed_users);
  return failed ? rejection(failed) : { kind: "done" };
}

/** Meta may answer with 200, and name the user among those who could not be blocked. */
function rejection(failed: JsonObject): Failure {
  const [error] = objectsOf(failed.errors);
  const code = integerOf(error?.code);
  return {
    kind: "rejected",
    code: code === null ? null : String(code),
    title: textOf(error?.message),
    details: textOf(objectOf(error?.error_data)?.details),
  };
}
