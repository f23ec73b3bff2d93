import type { InboundMessage } from "./context.ts";
import { typedText } from "./inbound.ts";

/**
 * A burst of messages as the turns it makes: texts that follow each other become one text, line by line; anything
 * else (a tap, a picture) stays a turn of its own. The shell decides what is a burst (`debounceMs`).
 *
 * @param isEntry does a text lead somewhere else, as a QR code's does? It is no continuation of what was typed before.
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
