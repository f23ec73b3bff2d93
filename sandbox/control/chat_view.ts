import type { Chat, Message } from "../chats.ts";
import { choicesOf } from "../choices.ts";

/** The newest messages a page is shown. */
const SHOWN = 100;

/** A chat as the page sees it. */
export function viewChat({ number, customer, messages, windowEndsAt, typingUntil }: Chat, now: number) {
  return {
    number: viewNumber(number),
    customer: { waId: customer.waId, userId: customer.userId, name: customer.name },
    isTyping: typingUntil > now,
    isWindowOpen: windowEndsAt > now,
    messages: messages.slice(-SHOWN).map(viewMessage),
  };
}

/** What a customer may know of a number: no secrets. */
export function viewNumber({ phoneNumberId, displayPhoneNumber, verifiedName }: Chat["number"]) {
  return { phoneNumberId, displayPhoneNumber, verifiedName };
}

function viewMessage(message: Message) {
  const { wamid, from, at, type, content, replyTo, rendered, status, errorCode } = message;
  const { reactions, isEdited, isRevoked } = message;
  return {
    wamid,
    from,
    at,
    type,
    content: isRevoked ? undefined : content,
    replyTo,
    rendered,
    choices: choicesOf(message),
    status,
    errorCode,
    reactions,
    isEdited,
    isRevoked,
  };
}
