import type { JsonObject } from "../../../base/json/json.ts";
import { instantOf, integerOf, leftoverOf, objectOf, objectsOf, wordOf } from "../../../base/json/values.ts";
import { readCallStatus } from "./read_call.ts";
import { errorText } from "./read_error.ts";
import type { RawIds } from "./read_identity.ts";
import type { Read, Scope } from "./read_scope.ts";
import type { StatusItem } from "./webhook_item.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** An element of `statuses`: what became of a message we sent; in the field `calls`, of a call we made. */
export function readStatus(status: JsonObject, scope: Scope): Read {
  if (isOfCall(status, scope)) return readCallStatus(status, scope);
  if (scope.mode === "standby") return "the status of a message another app sent";
  const providerMessageId = wordOf(status.id);
  const messageId = uuidOf(status);
  if (providerMessageId === null && messageId === null) return "a status without a usable id";
  const groupId = isOfGroup(status) ? wordOf(status.recipient_id) : null;
  const recipient = scope.book.lookUp(groupId === null ? recipientOf(status) : participantOf(status));
  const errors = objectsOf(status.errors);
  return [
    {
      kind: "status",
      ...scope.source,
      providerMessageId,
      messageId,
      ...judge(status),
      occurredAt: instantOf(status.timestamp),
      recipient: recipient.identity,
      profileName: recipient.profileName,
      username: recipient.username,
      groupId,
      errorCode: integerOf(errors[0]?.code),
      errorMessage: errors[0] === undefined ? null : errorText(errors[0]),
      errors,
      pricing: objectOf(status.pricing),
      conversation: objectOf(status.conversation),
      metadata: leftoverOf(status, CONSUMED) ?? {},
    },
  ];
}

function isOfCall(status: JsonObject, scope: Scope): boolean {
  return (
    status.type === "call" || scope.source.field === "calls" || !!wordOf(status.id)?.startsWith("wacid.")
  );
}

function uuidOf(status: JsonObject): string | null {
  const tracker = wordOf(status.biz_opaque_callback_data);
  return tracker !== null && UUID.test(tracker) ? tracker.toLowerCase() : null;
}

const KNOWN: ReadonlySet<string> = new Set(["sent", "delivered", "read", "played", "failed"]);

function judge(status: JsonObject): Pick<StatusItem, "status" | "reason"> {
  const word = wordOf(status.status);
  // A payment that failed is not a message that failed.
  const isOfMessage = status.type === undefined || status.type === "message";
  if (word !== null && isOfMessage && isKnown(word)) return { status: word, reason: null };
  return { status: "other", reason: [wordOf(status.type), word ?? "no status"].filter(Boolean).join(": ") };
}

function isKnown(word: string): word is Exclude<StatusItem["status"], "other"> {
  return KNOWN.has(word);
}

function isOfGroup(status: JsonObject): boolean {
  return status.recipient_type === "group" || wordOf(participantOf(status).number) !== null;
}

function recipientOf(status: JsonObject): RawIds {
  return {
    number: status.recipient_id,
    userId: status.recipient_user_id,
    parentUserId: status.recipient_parent_user_id ?? status.parent_recipient_user_id,
  };
}

function participantOf(status: JsonObject): RawIds {
  return {
    number: status.recipient_participant_id ?? status.participant_recipient_id,
    userId: status.recipient_participant_user_id,
    parentUserId: status.recipient_participant_parent_user_id,
  };
}

const CONSUMED: ReadonlySet<string> = new Set([
  "id",
  "status",
  "timestamp",
  "errors",
  "pricing",
  "conversation",
  "recipient_id",
  "recipient_user_id",
]);
