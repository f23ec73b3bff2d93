import type { JsonObject } from "../../../base/json/json.ts";
import { wordOf } from "../../../base/json/values.ts";
import { phoneOf } from "./read_identity.ts";
import { occurredAt, other, type Read, type Scope } from "./read_scope.ts";

/** Reads an element of `calls`. */
export function readCall(call: JsonObject, scope: Scope): Read {
  const event = wordOf(call.event);
  const direction = directionOf(call, scope);
  const isInbound = direction !== "outbound";
  return build(call, event, direction, isInbound ? senderOf(call) : receiverOf(call, scope), scope);
}

/** Reads an element of `statuses` about an outbound call: `RINGING`, `ACCEPTED` or `REJECTED`. */
export function readCallStatus(status: JsonObject, scope: Scope): Read {
  const recipient = { number: status.recipient_id, userId: status.recipient_user_id };
  return build(status, wordOf(status.status), "outbound", recipient, scope);
}

function build(
  call: JsonObject,
  event: string | null,
  direction: Direction,
  customer: Parameters<Scope["book"]["lookUp"]>[0],
  scope: Scope,
): Read {
  if (wordOf(call.id) === null) return "a call without a usable id";
  // An inbound call opens the window when it begins, even if it is not answered.
  const opensWindow = scope.mode === "live" && direction === "inbound" && event === "connect";
  if (!opensWindow) return [other(scope.source, `call ${event ?? ""}: kept, nothing to do`, "call")];
  const { identity, profileName, username } = scope.book.lookUp(customer);
  return [
    {
      kind: "call",
      ...scope.source,
      contact: identity,
      profileName,
      username,
      occurredAt: occurredAt(call, scope),
    },
  ];
}

type Direction = "inbound" | "outbound" | null;

function directionOf(call: JsonObject, scope: Scope): Direction {
  if (call.direction === "USER_INITIATED") return "inbound";
  if (call.direction === "BUSINESS_INITIATED") return "outbound";
  const from = phoneOf(wordOf(call.from) ?? "");
  return from === null ? null : scope.own.has(from) ? "outbound" : "inbound";
}

function senderOf(call: JsonObject) {
  return { number: call.from, userId: call.from_user_id, parentUserId: call.from_parent_user_id };
}

/** Handles an error in Meta's samples of business-initiated calls, where `to` is the number of the business. */
function receiverOf(call: JsonObject, scope: Scope) {
  const isOwn = scope.own.has(phoneOf(wordOf(call.to) ?? "") ?? "");
  return isOwn
    ? senderOf(call)
    : { number: call.to, userId: call.to_user_id, parentUserId: call.to_parent_user_id };
}
