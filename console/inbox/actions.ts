import type { Connection } from "../graphql/connection.ts";
import { problemOf } from "../graphql/problem.ts";
import { ASSIGN, CLAIM, CLOSE, MARK_READ, REOPEN, type Row, SNOOZE, TAG } from "./documents.ts";

/** What can be done with several conversations at once. */
export type Action =
  | { kind: "assign"; userId?: string; teamId?: string }
  /** For the user, unless somebody else has it. */
  | { kind: "take" }
  | { kind: "close" | "reopen" | "markRead" }
  /** `until`: an instant, "infinity" for the customer's next message, null to end the snooze. */
  | { kind: "snooze"; until: string | null }
  | { kind: "tag"; tagId: string };

type Outcome = { id: string; code: string | null; message: string | null };
export type Failure = { row: Row; code: string; message: string };

/** So many ids may a request have. */
const MOST = 500;

/** Does it with all rows, and returns those with which it could not be done. */
export async function act(connection: Connection, action: Action, rows: readonly Row[]): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (let start = 0; start < rows.length; start += MOST) {
    const some = rows.slice(start, start + MOST);
    const outcomes = new Map(
      (await request(connection, action, some)).map((outcome) => [outcome.id, outcome]),
    );
    for (const row of some) {
      const { code, message } = outcomes.get(action.kind === "tag" ? row.contactId : row.id) ?? {};
      if (code) failures.push({ row, code, message: message ?? code });
    }
  }
  return failures;
}

async function request(
  connection: Connection,
  action: Action,
  rows: readonly Row[],
): Promise<readonly Outcome[]> {
  const conversationIds = rows.map(({ id }) => id);
  switch (action.kind) {
    case "assign": {
      const { userId = null, teamId = null } = action;
      const { assignConversations } = await connection.mutate(ASSIGN, { conversationIds, userId, teamId });
      return assignConversations?.outcomes ?? [];
    }
    case "take":
      return await Promise.all(conversationIds.map((id) => take(connection, id)));
    case "close":
      return (await connection.mutate(CLOSE, { conversationIds })).closeConversations?.outcomes ?? [];
    case "reopen":
      return (await connection.mutate(REOPEN, { conversationIds })).reopenConversations?.outcomes ?? [];
    case "markRead":
      return (await connection.mutate(MARK_READ, { conversationIds })).markConversationsRead?.outcomes ?? [];
    case "snooze": {
      const { until } = action;
      return (
        (await connection.mutate(SNOOZE, { conversationIds, until })).snoozeConversations?.outcomes ?? []
      );
    }
    case "tag": {
      const contactIds = [...new Set(rows.map(({ contactId }) => contactId))];
      return (await connection.mutate(TAG, { contactIds, tagId: action.tagId })).tagContacts?.outcomes ?? [];
    }
    default:
      return action satisfies never;
  }
}

async function take(connection: Connection, conversationId: string): Promise<Outcome> {
  try {
    await connection.mutate(CLAIM, { conversationId });
    return { id: conversationId, code: null, message: null };
  } catch (error) {
    return { id: conversationId, ...problemOf(error) };
  }
}

/** The ends of a snooze that are offered. */
export function snoozeEnds(now: Date): Record<"hour" | "tomorrow" | "monday", string> {
  const morning = (days: number) =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, 9).toISOString();
  return {
    hour: new Date(now.getTime() + 3_600_000).toISOString(),
    tomorrow: morning(1),
    monday: morning((8 - now.getDay()) % 7 || 7),
  };
}
