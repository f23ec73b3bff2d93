import type { JsonObject } from "../../../base/json/json.ts";
import type { OutboundMessage } from "../../outbound.ts";

/**
 * Returns the body of `POST /{phone-number-id}/messages` for a message row: the content under the key of its type, and
 * the common keys. The content is not changed.
 */
export function requestBody(message: OutboundMessage): JsonObject {
  const { id, type, content, to, replyToProviderMessageId } = message;
  return {
    messaging_product: "whatsapp",
    recipient_type: "individual",
    ...recipient(to),
    type,
    [type]: type === "contacts" ? (content.contacts ?? []) : content,
    // A reaction contains the id of its message, and Meta refuses it with a `context`.
    ...(replyToProviderMessageId && type !== "reaction"
      ? { context: { message_id: replyToProviderMessageId } }
      : {}),
    biz_opaque_callback_data: id,
  };
}

/** Adds the `+`, because Meta prefixes a number without it with the country code of the business. */
function recipient({ phone, bsuid }: OutboundMessage["to"]): JsonObject {
  if (phone) return { to: phone.startsWith("+") ? phone : `+${phone}` };
  return bsuid ? { recipient: bsuid } : {};
}
