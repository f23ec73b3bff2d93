import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bubble } from "../../../console/thread/documents.ts";
import {
  append,
  type MessageList,
  prepend,
  put,
  putStatus,
  remove,
} from "../../../console/thread/messages/message_list.ts";
import { firstUnreadOf, rowsOf } from "../../../console/thread/messages/rows.ts";
import type { Unsent } from "../../../console/thread/messages/unsent.ts";

function message(id: string, change: Partial<Bubble> = {}): Bubble {
  return {
    id,
    direction: "inbound",
    author: "contact",
    type: "text",
    content: {},
    occurredAt: `2026-11-28T10:00:${id}Z`,
    user: null,
    quotedMessage: null,
    idempotencyKey: null,
    ...change,
  } as Bubble;
}

const listOf = (...ids: string[]): MessageList => ({
  messages: ids.map((id) => message(id)),
  older: null,
  newer: null,
});
const idsOf = ({ messages }: MessageList) => messages.map(({ id }) => id).join(" ");

test("messages have their place by their id, once, and only within what is loaded", () => {
  const list = listOf("10", "20", "30");
  assert.equal(idsOf(put(list, [message("25"), message("40"), message("05")])), "05 10 20 25 30 40");
  assert.equal(
    idsOf(put({ ...list, older: "a", newer: "b" }, [message("05"), message("40"), message("25")])),
    "10 20 25 30",
  );
  const changed = put(list, [message("20", { currentPreview: "changed" })]);
  assert.equal(idsOf(changed), "10 20 30");
  assert.equal(changed.messages[1]?.currentPreview, "changed");
  assert.equal(idsOf(remove(list, "20")), "10 30");
});

test("pages are joined without a gap, also when a message came in between", () => {
  const middle: MessageList = { ...listOf("30", "40"), older: "o", newer: "n" };
  const older = prepend(middle, [message("20"), message("10")], "o2");
  assert.deepEqual([idsOf(older), older.older, older.newer], ["10 20 30 40", "o2", "n"]);
  const newer = append(older, [message("60"), message("50")], null);
  assert.deepEqual([idsOf(newer), newer.newer], ["10 20 30 40 50 60", null]);
  assert.equal(idsOf(put(newer, [message("70")])), "10 20 30 40 50 60 70");
});

test("a status belongs to its message, and is ignored without it", () => {
  const list = listOf("10");
  const status = { messageId: "10", status: "read" } as NonNullable<Bubble["messageStatus"]>;
  assert.equal(putStatus(list, status).messages[0]?.messageStatus, status);
  assert.equal(putStatus(list, { ...status, messageId: "11" }), list);
  // What was read before is put after it was reported, and the status does not go back.
  const sent = message("10", { messageStatus: { ...status, status: "sent" } });
  assert.equal(put(putStatus(list, status), [sent]).messages[0]?.messageStatus?.status, "read");
});

test("days, the unread line, groups and what is unsent stand between the messages", () => {
  const own = { direction: "outbound", author: "user", user: { id: "u", name: "Ada" } } as const;
  const messages = [
    message("01", { occurredAt: "2026-11-27T23:00:00Z" }),
    message("02", { occurredAt: "2026-11-28T08:00:00Z" }),
    message("03", { occurredAt: "2026-11-28T08:01:00Z" }),
    message("04", { occurredAt: "2026-11-28T08:01:30Z", idempotencyKey: "k1", ...own }),
    message("05", { occurredAt: "2026-11-28T09:30:00Z", ...own }),
  ];
  const unsent = [{ key: "k1" }, { key: "k2" }] as Unsent[];
  const rows = rowsOf(messages, unsent, "03", (at) => at.slice(0, 10));
  assert.deepEqual(
    rows.map((row) => [row.kind, "isFirst" in row && row.isFirst, row.key]),
    [
      ["day", false, "day 2026-11-27 01"],
      ["message", true, "01"],
      ["day", false, "day 2026-11-28 02"],
      ["message", true, "02"],
      ["new", false, "new"],
      ["message", true, "03"],
      ["message", true, "k1"],
      ["message", true, "05"],
      ["unsent", true, "k2"],
    ],
  );
});

test("a message shows what the customer chose of it", () => {
  const offer = message("01", { direction: "outbound", type: "interactive" });
  const answer = message("02", {
    type: "interactive",
    content: { button_reply: { id: "yes", title: "Yes" } },
    quotedMessage: { id: "01" } as Bubble["quotedMessage"],
  });
  const [, row] = rowsOf([offer, answer], [], null);
  assert.equal(row?.kind === "message" && row.chosen, "yes");
});

test("the unread line stands above the first of the customer's newest messages", () => {
  const messages = [message("01"), message("02"), message("03", { direction: "outbound" }), message("04")];
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((count) => firstUnreadOf(messages, count)),
    [null, "04", "02", "01", null],
  );
});
