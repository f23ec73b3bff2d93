import { numberOf, objectOf } from "../../../base/json/values.ts";
import type { AccessExpiry } from "../../outbound.ts";
import type { Failure } from "../../outcome.ts";
import type { CloudApiAccess } from "./access.ts";
import { classifyError, classifyLoss } from "./classify_error.ts";
import { authorization, bodyOf, edgeUrl, type GraphClient } from "./graph_client.ts";

/**
 * Asks Meta when a token ends: by itself, or because its user's permission for the data does. Tokens of system users have no
 * end. Meta may refuse this to a token whose user does not belong to the app.
 */
export async function readExpiry(
  graph: GraphClient,
  access: CloudApiAccess,
): Promise<AccessExpiry | Failure> {
  const query = new URLSearchParams({ input_token: access.accessToken });
  const reply = await graph.request({
    method: "GET",
    url: edgeUrl(access, `debug_token?${query}`),
    headers: authorization(access),
  });
  if (reply.kind !== "reply") return classifyLoss(reply);
  const data = objectOf(bodyOf(reply)?.data);
  if (reply.status !== 200 || data === null) return classifyError(reply);
  // Unix seconds; 0: the token does not expire.
  const ends = [data.expires_at, data.data_access_expires_at].map((value) => numberOf(value) ?? 0);
  const first = Math.min(...ends.filter((seconds) => seconds > 0));
  return { kind: "read", expiresAt: Number.isFinite(first) ? new Date(first * 1000) : null };
}
