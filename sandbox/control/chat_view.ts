import type { Chat, Message } from "../chats.ts";
import { choicesOf } from "../choices.ts";
import { fileIn } from "../named_file.ts";
import type { Network } from "../network.ts";

/** The newest messages a page is shown. */
const SHOWN = 100;

/** A chat as the page sees it. */
export function viewChat(network: Network, chat: Chat) {
  const { number, customer, messages, windowEndsAt, typingUntil } = chat;
  const now = network.clock.now();
  return {
    number: viewNumber(number),
    customer: { waId: customer.waId, userId: customer.userId, name: customer.name },
    isTyping: typingUntil > now,
    isWindowOpen: windowEndsAt > now,
    messages: messages.slice(-SHOWN).map((message) => viewMessage(network, message)),
  };
}

/** What a customer may know of a number: no secrets. */
export function viewNumber({ phoneNumberId, displayPhoneNumber, verifiedName }: Chat["number"]) {
  return { phoneNumberId, displayPhoneNumber, verifiedName };
}

function viewMessage(network: Network, message: Message) {
  const { wamid, from, at, type, content, replyTo, rendered, status, errorCode } = message;
  const { reactions, isEdited, isRevoked } = message;
  return {
    wamid,
    from,
    at,
    type,
    content: isRevoked ? undefined : content,
    file: isRevoked ? undefined : viewFile(network, message),
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

/** The file of a message, or of its header, where the sandbox has it. A link is shown as a link, and never fetched. */
function viewFile({ media }: Network, { type, content, chat }: Message) {
  const id = fileIn(type, content)?.id;
  const medium = id === undefined ? undefined : media.find(id, chat.number.phoneNumberId);
  return medium && { id: medium.id, mimeType: medium.mimeType, size: medium.file.size };
}
