import type { JsonObject } from "../../../base/json/json.ts";
import { instantOf, integerOf, objectOf, objectsOf, wordOf } from "../../../base/json/values.ts";
import type { StatusFact } from "../../facts/status_fact.ts";
import { readCallStatus } from "./read_call.ts";
import type { RawIds } from "./read_identity.ts";
import { other, type Read, type Scope } from "./read_scope.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads an element of `statuses`: the state of a sent message or, in the field `calls`, of an outbound call. */
export function readStatus(status: JsonObject, scope: Scope): Read {
  if (isOfCall(status, scope)) return readCallStatus(status, scope);
  if (scope.mode === "standby") return "the status of a message another app sent";
  const providerMessageId = wordOf(status.id);
  const messageId = uuidOf(status);
  if (providerMessageId === null && messageId === null) return "a status without a usable id";
  const word = wordOf(status.status);
  if (!isOfMessage(status) || !isKnown(word)) {
    const reason = [wordOf(status.type), word ?? "no status"].filter(Boolean).join(": ");
    return [other(scope.source, reason, "status")];
  }
  const groupId = isOfGroup(status) ? wordOf(status.recipient_id) : null;
  const recipient = scope.book.lookUp(groupId === null ? recipientOf(status) : participantOf(status));
  return [
    {
      kind: "status",
      ...scope.source,
      providerMessageId,
      messageId,
      status: word,
      occurredAt: instantOf(status.timestamp),
      recipient: recipient.identity,
      profileName: recipient.profileName,
      username: recipient.username,
      groupId,
      error: errorOf(status),
      pricing: objectOf(status.pricing),
    },
  ];
}

/** Uses the first error, which is the most specific one. */
function errorOf(status: JsonObject): JsonObject | null {
  const [error] = objectsOf(status.errors);
  if (error === undefined) return null;
  const code = integerOf(error.code);
  return { ...error, code: code === null ? null : String(code) };
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

function isKnown(word: string | null): word is StatusFact["status"] {
  return word !== null && KNOWN.has(word);
}

/** Excludes statuses of payments: a failed payment does not mean that the message failed. */
function isOfMessage({ type }: JsonObject): boolean {
  return type === undefined || type === "message";
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
