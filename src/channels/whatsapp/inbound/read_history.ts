import type { JsonObject } from "../../../base/json/json.ts";
import { objectOf, wordOf } from "../../../base/json/values.ts";
import { contactBook } from "./read_contact_book.ts";
import { readList } from "./read_list.ts";
import { readMessage } from "./read_message.ts";
import { NO_TABLE, other, type Read, type Scope } from "./read_scope.ts";

/**
 * Reads an element of `history`: one chunk of the phone app's history, or the business's refusal to share it. Chunks
 * can arrive in any order. Their messages are stored; their progress is not.
 */
export function readHistory(chunk: JsonObject, scope: Scope): Read {
  const messages = readList(chunk.threads, scope, (thread) => {
    const past: Scope = { ...scope, mode: "history", book: contactBook([cardOf(thread)], scope.own, true) };
    return readList(thread.messages, past, readMessage);
  });
  return [other(scope.source, NO_TABLE, "history_sync"), ...messages];
}

/** Returns the thread's customer: `id` is the number; since 2026, `context` can add to it or replace it. */
function cardOf(thread: JsonObject): JsonObject {
  const { wa_id, user_id = null, parent_user_id = null, username = null } = objectOf(thread.context) ?? {};
  return { wa_id: wordOf(wa_id) ?? wordOf(thread.id), user_id, parent_user_id, username };
}
