import type { JsonObject } from "../../../base/json/json.ts";
import { instantOf, objectOf, wordOf } from "../../../base/json/values.ts";
import type { ContactIdentity } from "../../facts/contact_identity.ts";
import type { MessageFact, MessageOrigin } from "../../facts/message_fact.ts";
import { type Content, contentOf } from "./read_content.ts";
import { hasNoAddress, isRecognized, phoneOf, type RawIds } from "./read_identity.ts";
import { type AddressChange, readAddressChange } from "./read_identity_change.ts";
import type { Read, Scope } from "./read_scope.ts";

const ECHO_FIELDS: ReadonlySet<string> = new Set(["smb_message_echoes", "message_echoes"]);

/** Reads an element of `messages`: a message from a customer or, in a history, possibly from the business. */
export function readMessage(message: JsonObject, scope: Scope): Read {
  const isEcho = ECHO_FIELDS.has(scope.source.field ?? "");
  const isPast = scope.mode === "history" && isFromBusiness(message, scope);
  if (isEcho || isPast) return readEcho(message, scope);
  const isGroup = scope.mode === "live" && wordOf(message.group_id) !== null;
  return build(message, "inbound", isGroup ? "group" : scope.mode, senderOf(message), scope);
}

/** Reads an element of `message_echoes`: a message that the business sent from its phone app. */
export function readEcho(message: JsonObject, scope: Scope): Read {
  const origin = scope.mode === "live" ? "echo" : scope.mode;
  const receiver = {
    number: message.to,
    userId: message.to_user_id,
    parentUserId: message.to_parent_user_id,
  };
  // In one of Meta's samples, sender and receiver are swapped.
  const isReversed = scope.own.has(phoneOf(wordOf(message.to) ?? "") ?? "");
  return build(message, "outbound", origin, isReversed ? senderOf(message) : receiver, scope);
}

function senderOf(message: JsonObject): RawIds {
  return {
    number: message.from,
    userId: message.from_user_id,
    parentUserId: message.from_parent_user_id,
  };
}

function isFromBusiness(message: JsonObject, scope: Scope): boolean {
  if (objectOf(message.history_context)?.from_me === true) return true;
  return wordOf(message.to) !== null || scope.own.has(phoneOf(wordOf(message.from) ?? "") ?? "");
}

function build(
  message: JsonObject,
  direction: MessageFact["direction"],
  origin: MessageOrigin,
  customer: RawIds,
  scope: Scope,
): Read {
  const providerMessageId = wordOf(message.id);
  if (providerMessageId === null) return "a message without a usable id";
  const body = contentOf(message);
  const person = scope.book.lookUp(customer);
  const change =
    body.type === "system" && origin !== "history"
      ? readAddressChange(body.content, person.identity, scope.own)
      : null;
  const occurredAt = instantOf(message.timestamp);
  const fact: MessageFact = {
    kind: "message",
    ...scope.source,
    providerMessageId,
    occurredAt,
    direction,
    origin,
    type: body.type,
    content: body.content,
    metadata: metadataOf(message, body, person.identity, scope.own),
    quotedProviderMessageId: wordOf(objectOf(message.context)?.id),
    contact: change === null ? person.identity : ownerOf(change, person.identity),
    profileName: person.profileName,
    username: person.username,
  };
  if (change === null || hasNoAddress(change.before) || hasNoAddress(change.after)) return [fact];
  return [fact, { kind: "identity_change", ...scope.source, ...change, occurredAt }];
}

/** A change belongs in the thread of the old addresses, so that the new address does not start a second one. */
function ownerOf({ before, after }: AddressChange, sender: ContactIdentity): ContactIdentity {
  return [before, sender, after].find((identity) => !hasNoAddress(identity)) ?? sender;
}

/** Stored as metadata even if the content is the whole message, because readers look these keys up in metadata. */
const METADATA_KEYS = ["context", "referral", "errors", "group_id", "identity", "history_context"];
const ID_KEYS = new Set([
  "from",
  "from_user_id",
  "from_parent_user_id",
  "to",
  "to_user_id",
  "to_parent_user_id",
]);

function metadataOf(
  message: JsonObject,
  body: Content,
  contact: ContactIdentity,
  own: ReadonlySet<string>,
): JsonObject {
  const isExtra = (key: string) => {
    if (METADATA_KEYS.includes(key)) return true;
    if (body.key === null || key === body.key || ["id", "timestamp", "type"].includes(key)) return false;
    return !(ID_KEYS.has(key) && isRecognized(message[key]!, contact, own));
  };
  return Object.fromEntries(Object.entries(message).filter(([key]) => isExtra(key)));
}
