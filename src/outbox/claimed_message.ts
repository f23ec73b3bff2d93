import type { JsonObject } from "../base/json/json.ts";

/** A row of app_private.claim_outbox(): a message that only this process may send until its lease ends. */
export type ClaimedMessage = {
  message_id: string;
  tenant_id: string;
  conversation_id: string;
  channel_id: string;
  channel_kind: string;
  type: string;
  content: JsonObject;
  phone: string | null;
  bsuid: string | null;
  reply_to_provider_message_id: string | null;
  /** The number of attempts, including this one. */
  attempts: number;
};
