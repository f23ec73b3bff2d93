import type { Bubble } from "../documents.ts";
import type { Unsent } from "./unsent.ts";

/** A line of the thread. */
export type Row =
  | { kind: "day"; key: string; at: string }
  | { kind: "new"; key: string }
  | { kind: "message"; key: string; message: Bubble; isFirst: boolean; chosen: string | null }
  | { kind: "unsent"; key: string; unsent: Unsent; isFirst: boolean };

/** Messages of one author that follow each other this closely are drawn as a group. */
const GROUP_MS = 5 * 60_000;

/**
 * The lines of a thread: messages, what was not stored yet, and between them the days and the line above the unread messages.
 * @param firstUnread the id of the first message above which the line stands
 */
export function rowsOf(
  messages: readonly Bubble[],
  unsent: readonly Unsent[],
  firstUnread: string | null,
  dayOf: (at: string) => string = localDay,
): Row[] {
  const rows: Row[] = [];
  const chosen = choicesOf(messages);
  let day = "";
  let previous: { by: string; at: number } | null = null;
  for (const message of messages) {
    const nextDay = dayOf(message.occurredAt);
    if (nextDay !== day) {
      rows.push({ kind: "day", key: `day ${nextDay} ${message.id}`, at: message.occurredAt });
      previous = null;
    }
    day = nextDay;
    if (message.id === firstUnread) {
      rows.push({ kind: "new", key: "new" });
      previous = null;
    }
    const by = authorKey(message);
    const at = Date.parse(message.occurredAt);
    const isFirst = previous?.by !== by || at - previous.at > GROUP_MS;
    // A message keeps the key that it had while it was sent: its line is not drawn again when it is stored.
    const key = message.idempotencyKey ?? message.id;
    rows.push({ kind: "message", key, message, isFirst, chosen: chosen.get(message.id) ?? null });
    previous = { by, at };
  }
  const stored = new Set(messages.map(({ idempotencyKey }) => idempotencyKey));
  for (const each of unsent) {
    if (stored.has(each.key)) continue;
    const isFirst = previous?.by !== "unsent";
    rows.push({ kind: "unsent", key: each.key, unsent: each, isFirst });
    previous = { by: "unsent", at: 0 };
  }
  return rows;
}

function authorKey({ direction, author, user, type }: Bubble): string {
  return type === "system" ? "notice" : [direction, author, user?.id].join(" ");
}

/** What the customer chose of each message with buttons or a list: the id of the button or row. */
function choicesOf(messages: readonly Bubble[]): Map<string, string> {
  const chosen = new Map<string, string>();
  for (const { type, content, quotedMessage, direction } of messages) {
    if (direction !== "inbound" || !quotedMessage) continue;
    const id =
      type === "interactive"
        ? (content?.button_reply?.id ?? content?.list_reply?.id)
        : type === "button"
          ? (content?.text ?? content?.payload)
          : undefined;
    if (typeof id === "string") chosen.set(quotedMessage.id, id);
  }
  return chosen;
}

function localDay(at: string): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}

/**
 * The first of the newest so many messages of the customer: where the unread ones begin. Null if there are none, or if they begin
 * before what is loaded.
 */
export function firstUnreadOf(messages: readonly Bubble[], unreadCount: number): string | null {
  let left = unreadCount;
  for (const message of messages.toReversed()) {
    if (message.direction !== "inbound" || message.type === "system") continue;
    left -= 1;
    if (left === 0) return message.id;
  }
  return null;
}
