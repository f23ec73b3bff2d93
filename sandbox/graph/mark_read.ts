import { announce } from "../chats.ts";
import { GraphError } from "../graph_error.ts";
import type { JsonObject } from "../json.ts";
import type { Network } from "../network.ts";
import type { BusinessNumber } from "../numbers.ts";
import { parseReceipt } from "../outbound/parse.ts";

/** The typing indicator lasts until the answer, or this long. */
const TYPING_MS = 25_000;

/** Marks a customer's message, and all before it, as read; shows the business as typing if asked to. */
export function markRead(network: Network, number: BusinessNumber, body: JsonObject): JsonObject {
  const { wamid, isTyping } = parseReceipt(body);
  const target = network.ledger.message(wamid);
  if (target?.from !== "customer" || target.chat.number !== number) {
    throw new GraphError(100, {
      message: "(#100) Invalid parameter",
      details: "There is no message with this id",
    });
  }
  const { chat } = target;
  for (const message of chat.messages) {
    if (message.from === "customer") message.status = "read";
    if (message === target) break;
  }
  if (isTyping) {
    chat.typingUntil = network.clock.now() + TYPING_MS;
    network.clock.setTimeout(() => announce(chat), TYPING_MS);
  }
  announce(chat);
  return { success: true };
}
