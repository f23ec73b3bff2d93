import type { JsonObject } from "../../../base/json/json.ts";
import { integerOf, objectOf, objectsOf, wordOf } from "../../../base/json/values.ts";
import { contactBook } from "./read_contact_book.ts";
import { readList } from "./read_list.ts";
import { readMessage } from "./read_message.ts";
import type { Read, Scope } from "./read_scope.ts";

/**
 * An element of `history`: one chunk of the phone app's past, or the business's refusal to share it. Chunks come in any
 * order; every one yields its progress beside its messages.
 */
export function readHistory(chunk: JsonObject, scope: Scope): Read {
  const metadata = objectOf(chunk.metadata);
  const messages = readList("threads", chunk.threads, scope, (thread) => {
    const past: Scope = { ...scope, mode: "history", book: contactBook([cardOf(thread)], scope.own, true) };
    return readList("messages", thread.messages, past, readMessage);
  });
  return [
    {
      kind: "history_sync",
      ...scope.source,
      phase: integerOf(metadata?.phase),
      chunkOrder: integerOf(metadata?.chunk_order),
      progressPercent: integerOf(metadata?.progress),
      errors: objectsOf(chunk.errors),
    },
    ...messages,
  ];
}

/** A thread's `id` is its customer's number; since 2026 `context` may say more, or stand in its place. */
function cardOf(thread: JsonObject): JsonObject {
  const { wa_id, user_id = null, parent_user_id = null, username = null } = objectOf(thread.context) ?? {};
  return { wa_id: wordOf(wa_id) ?? wordOf(thread.id), user_id, parent_user_id, username };
}
