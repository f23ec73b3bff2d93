import type { Bubble } from "../documents.ts";

/** The loaded part of a thread: a gapless stretch of its messages, oldest first. */
export type MessageList = {
  readonly messages: readonly Bubble[];
  /** Where the next older page begins; null: the beginning of the thread is loaded. */
  readonly older: string | null;
  /** Where the next newer page begins; null: the end of the thread is loaded. */
  readonly newer: string | null;
};

export const EMPTY_LIST: MessageList = { messages: [], older: null, newer: null };

/** Ids of messages are in reading order, and so are their texts. */
function compare(one: { id: string }, other: { id: string }): number {
  return one.id < other.id ? -1 : one.id > other.id ? 1 : 0;
}

/**
 * Puts messages in their places, in place of those with the same id. What would stand beyond the loaded part is left out: it
 * comes with its page.
 */
export function put(list: MessageList, messages: readonly Bubble[]): MessageList {
  const byId = new Map(list.messages.map((message) => [message.id, message]));
  const first = list.messages[0]?.id;
  const last = list.messages.at(-1)?.id;
  for (const message of messages) {
    const known = byId.get(message.id);
    const isBefore = first !== undefined && message.id < first && list.older !== null;
    const isAfter = last !== undefined && message.id > last && list.newer !== null;
    if (!isBefore && !isAfter) byId.set(message.id, withStatus(message, known?.messageStatus ?? null));
  }
  return { ...list, messages: [...byId.values()].sort(compare) };
}

/** Adds the next older page; `older` is where the one after it begins. */
export function prepend(list: MessageList, page: readonly Bubble[], older: string | null): MessageList {
  return { ...put({ ...list, older: null }, page), older };
}

/** Adds the next newer page; `newer` is where the one after it begins. */
export function append(list: MessageList, page: readonly Bubble[], newer: string | null): MessageList {
  return { ...put({ ...list, newer: null }, page), newer };
}

export function remove(list: MessageList, id: string): MessageList {
  return { ...list, messages: list.messages.filter((message) => message.id !== id) };
}

export type Status = NonNullable<Bubble["messageStatus"]>;

/** A status only moves forward, whatever is read or reported last. */
const STEPS = ["queued", "sending", "uncertain", "sent", "failed", "delivered", "read", "played"];

/** The message with this status, if it is further than its own. */
export function withStatus(message: Bubble, status: Status | null): Bubble {
  const own = message.messageStatus;
  const isFurther = status && (!own || STEPS.indexOf(status.status) > STEPS.indexOf(own.status));
  return isFurther ? { ...message, messageStatus: status } : message;
}

/** The status that was reported for a message. It is ignored if the message is not loaded. */
export function putStatus(list: MessageList, status: Status): MessageList {
  const at = list.messages.findIndex(({ id }) => id === status.messageId);
  const message = list.messages[at];
  if (!message) return list;
  return { ...list, messages: list.messages.with(at, withStatus(message, status)) };
}
