import type { InboundMessage } from "./context.ts";
import { typedText } from "./inbound_message.ts";

/**
 * Joins the messages of a burst into turns: consecutive texts become the lines of one text; any other message (a tap, a
 * picture) is a turn of its own. The runner decides which messages are a burst (`debounceMs`).
 *
 * @param isEntry whether a text starts something else, as that of a QR code does: it does not continue the text before it.
 */
export function joinBurst(
  messages: readonly InboundMessage[],
  isEntry: (message: InboundMessage) => boolean,
): InboundMessage[] {
  const turns: InboundMessage[] = [];
  for (const message of messages) {
    const last = turns.at(-1);
    if (last?.type === "text" && message.type === "text" && !isEntry(message)) {
      const body = [typedText(last), typedText(message)].filter((text) => text !== null).join("\n");
      turns[turns.length - 1] = {
        ...message,
        ...(last.referral && { referral: last.referral }),
        content: { body },
      };
    } else turns.push(message);
  }
  return turns;
}
