import type { JsonObject } from "../../../base/json/json.ts";
import type { OutboundMessage } from "../../outbound.ts";

/**
 * The body of `POST /{phone-number-id}/messages` for a message row: the row's content under its type, and the frame
 * around it. Nothing of the content is changed.
 */
export function requestBody(message: OutboundMessage): JsonObject {
  const { id, type, content, to, replyToProviderMessageId } = message;
  return {
    messaging_product: "whatsapp",
    recipient_type: "individual",
    ...recipient(to),
    type,
    [type]: type === "contacts" ? (content.contacts ?? []) : content,
    // A reaction names its message itself, and is refused as a reply.
    ...(replyToProviderMessageId && type !== "reaction"
      ? { context: { message_id: replyToProviderMessageId } }
      : {}),
    biz_opaque_callback_data: id,
  };
}

/** Without the `+` Meta would put the business's own country code before the number. */
function recipient({ phone, bsuid }: OutboundMessage["to"]): JsonObject {
  if (phone) return { to: phone.startsWith("+") ? phone : `+${phone}` };
  return bsuid ? { recipient: bsuid } : {};
}
