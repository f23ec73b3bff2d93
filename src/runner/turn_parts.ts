import { listField } from "../base/json/fields.ts";
import { isObject, type Json } from "../base/json/json.ts";
import { joinBurst } from "../chatbot/engine/burst.ts";
import type { InboundMessage } from "../chatbot/engine/context.ts";
import type { ClaimedEvent } from "./claimed_turn.ts";

/** Events that are played together; `messages` is null for events that are not messages. */
export type TurnPart = { events: [ClaimedEvent, ...ClaimedEvent[]]; messages: InboundMessage[] | null };

/**
 * Divides events into parts, in their order: messages of a burst together, other events separately.
 *
 * @param isSignal whether a message is an entry signal, which is not joined with others
 */
export function partsOf(
  events: readonly ClaimedEvent[],
  areBursts: boolean,
  isSignal: (message: InboundMessage) => boolean,
): TurnPart[] {
  const parts: TurnPart[] = [];
  for (const event of events) {
    const last = parts.at(-1);
    if (event.kind !== "message") parts.push({ events: [event], messages: null });
    else if (areBursts && last?.messages) {
      last.events.push(event);
      last.messages.push(messageOf(event));
    } else parts.push({ events: [event], messages: [messageOf(event)] });
  }
  return parts.map(({ events: together, messages }) => ({
    events: together,
    messages: messages && joinBurst(messages, isSignal),
  }));
}

function messageOf(event: ClaimedEvent): InboundMessage {
  const isContacts = event.type === "contacts";
  return {
    id: event.message_id,
    type: event.type ?? "unknown",
    content: isContacts ? contactsIn(event.content) : event.content,
    ...(event.referral && { referral: event.referral }),
  };
}

/** The content as the engine expects it: contacts are a list, as providers send them. */
function contactsIn(content: Json): Json {
  return isObject(content) ? listField(content, "contacts") : [];
}
