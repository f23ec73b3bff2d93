import type { JsonObject } from "../../../base/json/json.ts";

/**
 * What a webhook body comes apart into: flat items, one database row's worth each.
 *
 * Words: a *body* is one POST; it holds *changes*; a change yields one or more *items*. A missing fact is `null`, never
 * absent, so that a list of items becomes typed arrays without thought. Instants are milliseconds since 1970 by the
 * provider's clock, not clamped to ours. Every string, and everything of type `JsonObject`, is safe for `text` and
 * `jsonb`: no NUL, no lone surrogate, no number that `jsonb` refuses, at most 100 levels deep. Integers beyond 2^53
 * have become strings of their digits.
 */

/** `items` is never empty: what has nothing in it says so in an `other` item. */
export type WebhookReading =
  | { kind: "read"; items: WebhookItem[] }
  /** Not a JSON object. `reason` holds nothing of the body. */
  | { kind: "unreadable"; reason: string };

/** Where an item came from. `field` is the provider's word and may be wrong; the item's kind goes by its shape. */
export type Source = {
  field: string | null;
  businessAccountId: string | null;
  phoneNumberId: string | null;
  /** As received: with or without `+`, spaces and dashes. */
  displayPhoneNumber: string | null;
};

/** The addresses of one customer; all null when the provider names nobody. */
export type ContactIdentity = {
  /** E.164, `+` and 7 to 15 digits: the number to answer to (`wa_id` where it is known). */
  phone: string | null;
  /** The same subscriber's number as written in `from`, where it differs (Brazil, Mexico, Argentina). */
  phoneAlias: string | null;
  /** Business-scoped user id, `US.1349…`. */
  bsuid: string | null;
  /** Its parent across portfolios, `US.ENT.1181…`. */
  parentBsuid: string | null;
  /** Any other name for the customer; only when there is none of the above. */
  external: string | null;
};

export type MessageType =
  | "text"
  | "image"
  | "video"
  | "audio"
  | "document"
  | "sticker"
  | "location"
  | "contacts"
  | "interactive"
  | "button"
  | "order"
  | "reaction"
  | "system"
  | "request_welcome"
  | "unsupported"
  | "edit"
  | "revoke"
  | "media_placeholder"
  | "template"
  /** A type we do not know, or one that came without its body. */
  | "unknown";

/**
 * `live`: said now. `echo`: sent by the business from its phone app. `history`: imported. `standby`: another app owns
 * the thread, never reply. `group`: said in a group.
 */
export type MessageOrigin = "live" | "echo" | "history" | "standby" | "group";

export type MessageItem = Source & {
  kind: "message";
  providerMessageId: string;
  occurredAt: number | null;
  direction: "inbound" | "outbound";
  origin: MessageOrigin;
  type: MessageType;
  /** The Graph API's own object of that type; of `unknown`, and of types without one, the whole raw message. */
  content: JsonObject;
  /** What else the message carried: `context`, `referral`, `errors`, `group_id`, `identity`, `history_context`, … */
  metadata: JsonObject;
  /** The customer: who sent an inbound message, who receives an outbound one. */
  contact: ContactIdentity;
  profileName: string | null;
  username: string | null;
};

export type StatusItem = Source & {
  kind: "status";
  /** The provider's id of the message; one of the two ids is always there. */
  providerMessageId: string | null;
  /** Ours, when `biz_opaque_callback_data` is a UUID. */
  messageId: string | null;
  status: "sent" | "delivered" | "read" | "played" | "failed" | "other";
  /** The provider's word, and why it is `other`; null unless it is. */
  reason: string | null;
  occurredAt: number | null;
  recipient: ContactIdentity;
  profileName: string | null;
  username: string | null;
  /** Set when the message went to a group: this status is then one participant's. */
  groupId: string | null;
  /** The first error's; the rest are in `errors`. */
  errorCode: number | null;
  errorMessage: string | null;
  errors: JsonObject[];
  pricing: JsonObject | null;
  conversation: JsonObject | null;
  metadata: JsonObject;
};

/** A customer is reachable under other addresses from now on. */
export type IdentityChangeItem = Source & {
  kind: "identity_change";
  event: "user_changed_number" | "user_changed_user_id" | "user_id_update";
  before: ContactIdentity;
  after: ContactIdentity;
  occurredAt: number | null;
  detail: string | null;
};

export type MarketingPreferenceItem = Source & {
  kind: "marketing_preference";
  contact: ContactIdentity;
  profileName: string | null;
  username: string | null;
  /** False after `stop`, true after `resume` or `signup`, null for a word we do not know. */
  allowsMarketing: boolean | null;
  /** The provider's word. */
  preference: string | null;
  category: string | null;
  detail: string | null;
  occurredAt: number | null;
};

export type TemplateUpdateItem = Source & {
  kind: "template_update";
  aspect: "status" | "quality" | "category" | "components";
  templateId: string | null;
  name: string | null;
  language: string | null;
  /** `APPROVED`, `REJECTED`, `PAUSED`, …; null unless the aspect is status. */
  status: string | null;
  /** `GREEN`, `YELLOW`, `RED`, `UNKNOWN`. */
  quality: string | null;
  /** The category in force now. */
  category: string | null;
  /** The category it is about to get. */
  correctCategory: string | null;
  /** Why it was rejected or paused; `NONE` is null. */
  reason: string | null;
  /** The Graph API's own list of header, body, footer and buttons; null unless the aspect is components. */
  components: JsonObject[] | null;
  occurredAt: number | null;
  /** The whole value. */
  details: JsonObject;
};

export type PhoneNumberUpdateItem = Source & {
  kind: "phone_number_update";
  aspect: "quality" | "name" | "username" | "security" | "settings";
  /** The provider's word for what happened: `FLAGGED`, `APPROVED`, `PIN_CHANGED`, … */
  event: string | null;
  /** `TIER_250`, …, `TIER_UNLIMITED`; aspect quality only. */
  messagingLimit: string | null;
  /** The display name asked for (aspect name), or the business username (aspect username). */
  name: string | null;
  occurredAt: number | null;
  details: JsonObject;
};

export type AccountUpdateItem = Source & {
  kind: "account_update";
  aspect: "account" | "review" | "alert" | "capability";
  /** `ACCOUNT_RESTRICTION`, `DISABLED_UPDATE`, …; of a review its decision; of an alert its type. */
  event: string | null;
  /** The business portfolio, where the provider names one. */
  businessId: string | null;
  /** `TIER_250`, …, `TIER_UNLIMITED`; aspect capability only. */
  messagingLimit: string | null;
  occurredAt: number | null;
  details: JsonObject;
};

export type CallItem = Source & {
  kind: "call";
  providerCallId: string;
  /** `connect`, `terminate`, `call_recording_available`, …; of a call status `RINGING`, `ACCEPTED`, `REJECTED`. */
  event: string | null;
  direction: "inbound" | "outbound" | null;
  contact: ContactIdentity;
  profileName: string | null;
  username: string | null;
  occurredAt: number | null;
  /** A customer's call opens the 24-hour window when it begins, answered or not. */
  opensWindow: boolean;
  durationSeconds: number | null;
  details: JsonObject;
};

/** Progress, or the refusal, of a history import (coexistence); its messages are items of their own. */
export type HistorySyncItem = Source & {
  kind: "history_sync";
  phase: number | null;
  chunkOrder: number | null;
  progressPercent: number | null;
  errors: JsonObject[];
};

/** An entry of the phone app's address book (coexistence). */
export type ContactSyncItem = Source & {
  kind: "contact_sync";
  action: "add" | "remove";
  contact: ContactIdentity;
  username: string | null;
  fullName: string | null;
  firstName: string | null;
  occurredAt: number | null;
};

/** Another app got, or gave back, control of a thread. */
export type HandoverItem = Source & {
  kind: "handover";
  /** `control_passed`, `control_taken`. */
  event: string | null;
  contact: ContactIdentity;
  previousOwner: string | null;
  newOwner: string | null;
  occurredAt: number | null;
  details: JsonObject;
};

export type FlowUpdateItem = Source & {
  kind: "flow_update";
  /** `FLOW_STATUS_CHANGE`, `ENDPOINT_ERROR_RATE`, … */
  event: string | null;
  flowId: string | null;
  /** The flow's new state: `PUBLISHED`, `THROTTLED`, … */
  status: string | null;
  /** `ACTIVATED`, `DEACTIVATED`. */
  alertState: string | null;
  occurredAt: number | null;
  details: JsonObject;
};

export type GroupUpdateItem = Source & {
  kind: "group_update";
  groupId: string | null;
  /** `group_create`, `group_participants_add`, `group_suspend`, … */
  event: string | null;
  requestId: string | null;
  occurredAt: number | null;
  details: JsonObject;
};

/** An error of the app, account or system, not of one message. */
export type ProviderErrorItem = Source & {
  kind: "provider_error";
  code: number | null;
  message: string | null;
  details: JsonObject;
};

/** Kept, and not applied: `reason` says why. */
export type OtherItem = Source & {
  kind: "other";
  reason: string;
  occurredAt: number | null;
  content: JsonObject;
};

export type WebhookItem =
  | MessageItem
  | StatusItem
  | IdentityChangeItem
  | MarketingPreferenceItem
  | TemplateUpdateItem
  | PhoneNumberUpdateItem
  | AccountUpdateItem
  | CallItem
  | HistorySyncItem
  | ContactSyncItem
  | HandoverItem
  | FlowUpdateItem
  | GroupUpdateItem
  | ProviderErrorItem
  | OtherItem;
