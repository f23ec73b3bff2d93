import assert from "node:assert/strict";
import { test } from "node:test";
import { snoozeEnds } from "../../../console/inbox/actions.ts";
import { previewOf } from "../../../console/inbox/preview.ts";
import { extendTo, keepOnly, NOTHING_SELECTED, toggle } from "../../../console/inbox/selection.ts";
import { columnFilterOf, filterOf, orderOf, readChoice, writeChoice } from "../../../console/inbox/views.ts";
import { windowLeft } from "../../../console/inbox/window.ts";

/** What the inbox lists, what is selected in it, and what its rows say. */

test("a choice is written to the address, and read from it", () => {
  for (const search of [
    "",
    "?view=waiting",
    "?view=mine&state=closed&tag=1&channel=2",
    "?state=any&team=3&assignee=4",
  ])
    assert.equal(writeChoice(readChoice(search)), search);
  assert.equal(readChoice("?state=shut").state, "open");
  assert.equal(readChoice("?view=0a1b").state, "any", "a saved view says itself which states it has");
});

test("a choice becomes a filter, a condition of an index, and an order", () => {
  assert.deepEqual(filterOf(readChoice("?view=mine&tag=1")), {
    all: [
      { field: "assignee", is: "me" },
      { not: { field: "isSnoozed", is: true } },
      { field: "tag", is: "1" },
    ],
  });
  assert.equal(filterOf(readChoice("?state=any")), null);
  assert.deepEqual(columnFilterOf(readChoice("?state=closed")), { status: { equalTo: "closed" } });
  assert.equal(columnFilterOf(readChoice("?view=0a1b")), null);
  assert.equal(orderOf(readChoice("?view=waiting"), null), "WAITING_SINCE_ASC");
  assert.equal(orderOf(readChoice("?view=0a1b"), "SNOOZED_UNTIL_ASC"), "SNOOZED_UNTIL_ASC");
  assert.equal(orderOf(readChoice("?view=0a1b"), "ID_ASC"), "LAST_ACTIVITY_AT_DESC");
});

test("a range extends from the row that was selected last, in both directions", () => {
  const order = ["a", "b", "c", "d"];
  const down = extendTo(toggle(NOTHING_SELECTED, "b"), "d", order);
  assert.deepEqual([...down.ids], ["b", "c", "d"]);
  assert.deepEqual([...extendTo(toggle(NOTHING_SELECTED, "c"), "a", order).ids].sort(), ["a", "b", "c"]);
  assert.deepEqual([...toggle(down, "c").ids], ["b", "d"]);
  assert.deepEqual([...keepOnly(down, new Set(["a", "c"])).ids], ["c"]);
  assert.equal(keepOnly(down, new Set(order)), down);
});

test("a preview names messages without a text, and keeps a text that only looks like a name", () => {
  const texts = { image: "Picture", voice: "Voice message" } as never;
  assert.deepEqual(previewOf("[image]", "image", texts), {
    text: "Picture",
    icon: "image",
    isPlaceholder: true,
  });
  assert.equal(previewOf("[voice]", "audio", texts)?.icon, "microphone");
  assert.equal(previewOf("[call permission]", "interactive", texts)?.text, "Call permission");
  assert.deepEqual(previewOf("A caption", "image", texts), {
    text: "A caption",
    icon: "image",
    isPlaceholder: false,
  });
  assert.equal(previewOf("[See 2]", "text", texts)?.text, "[See 2]");
  assert.equal(previewOf(null, undefined, texts), null);
});

test("a window is counted down in its last two hours; a snooze ends in the morning", () => {
  const now = new Date("2026-11-28T10:00:00Z");
  assert.equal(windowLeft("2026-11-28T11:05:00Z", now), "1:05");
  assert.equal(windowLeft("2026-11-28T10:00:10Z", now), "0:01");
  assert.equal(windowLeft("2026-11-28T12:00:00Z", now), null);
  assert.equal(windowLeft("2026-11-28T09:59:00Z", now), null);
  assert.equal(windowLeft(null, now), null);
  const { hour, tomorrow, monday } = snoozeEnds(new Date(2026, 10, 28, 17, 30));
  assert.equal(hour, new Date(2026, 10, 28, 18, 30).toISOString());
  assert.equal(tomorrow, new Date(2026, 10, 29, 9).toISOString());
  assert.equal(monday, new Date(2026, 10, 30, 9).toISOString());
  assert.equal(snoozeEnds(new Date(2026, 10, 30, 8)).monday, new Date(2026, 11, 7, 9).toISOString());
});
