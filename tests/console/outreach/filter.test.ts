import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { newPart, withOperator } from "../../../console/audiences/filter_builder/fields.ts";
import {
  buildFilter,
  emptyCombination,
  inCombination,
  isComplete,
  keyOf,
  negated,
  parseFilter,
} from "../../../console/audiences/filter_builder/filter.ts";
import { parseTime, writeTime } from "../../../console/audiences/filter_builder/relative_time.ts";
import { readAudience, writeAudience } from "../../../console/campaigns/audience.ts";

/** Filters as a form shows them, and as they are stored. */

const DOCUMENT = readFileSync(new URL("../../../docs/filters.md", import.meta.url), "utf8");
const EXAMPLES = [...DOCUMENT.matchAll(/```json \w+\n(.*?)```/gs)].map(([, json]) => JSON.parse(json!));

test("a filter that was opened in the form is the same, also where the form does not know it", () => {
  assert.ok(EXAMPLES.length > 5);
  const unknown = [
    ...[null, 1, "x", [], {}, { all: [], any: [] }, { field: "tag" }, { field: "tag", is: "a", isNot: "b" }],
    ...[{ field: "tag", equals: "a" }, { field: 1, is: 2 }, { new: { field: "x", is: 1 } }, { any: "x" }],
    ...[
      { field: "metadata", path: "order", is: 1 },
      { not: { all: [{ future: [] }, { not: { field: "a" } }] } },
    ],
  ];
  for (const filter of [...EXAMPLES, ...unknown])
    assert.deepEqual(buildFilter(parseFilter(filter)), filter, JSON.stringify(filter));
});

test("parts are changed without losing others, and keep their names while they are negated", () => {
  const part = parseFilter({ field: "tag", is: "vip" });
  assert.equal(keyOf(negated(part)), part.key);
  assert.deepEqual(buildFilter(negated(part)), { not: { field: "tag", is: "vip" } });
  assert.equal(negated(negated(part)), part);
  assert.deepEqual(buildFilter(inCombination(part)), { all: [{ field: "tag", is: "vip" }] });
  assert.deepEqual(inCombination(part), inCombination(part));
  const all = emptyCombination();
  assert.equal(inCombination(all), all);
});

test("only complete filters are asked for", () => {
  const complete = (filter: unknown) => isComplete(parseFilter(filter));
  assert.ok(EXAMPLES.every(complete));
  assert.ok(complete({ all: [] }));
  assert.ok(!complete({ any: [] }));
  assert.ok(!complete({ all: [{ not: { field: "name", is: "" } }] }));
  assert.ok(!complete({ campaignRecipient: { field: "state", in: [] } }));
  assert.ok(complete({ field: "unreadCount", is: 0 }));
  assert.ok(complete({ field: "isUnread", is: false }));
});

test("a new condition has the shape of its operator, and another operator keeps what fits", () => {
  const tag = { name: "tag", type: "tag", operators: ["is", "isNot", "in", "notIn", "isEmpty"], choices: [] };
  const first = newPart(tag);
  assert.ok(first.is === "condition" && first.value === "");
  const vip = { ...first, value: "vip" };
  const list = withOperator(vip, "in", tag);
  assert.deepEqual(list.value, ["vip"]);
  assert.equal(withOperator(list, "isNot", tag).value, "vip");
  assert.equal(withOperator(list, "isEmpty", tag).value, false);
  assert.equal(withOperator(vip, "isNot", tag).value, "vip");
  const relation = newPart({ name: "conversation", type: "conversations", operators: [], choices: [] });
  assert.deepEqual(buildFilter(relation), { conversation: { all: [] } });
});

test("times are read and written as the filter language has them", () => {
  for (const text of [
    ...["30 days ago", "1 hour ago", "in 2 hours", "in 1 month", "now", "today", "yesterday", "tomorrow"],
    ...["2026-11-28", "2026-11-28T09:30:00Z", "in a while", ""],
  ])
    assert.equal(writeTime(parseTime(text)), text);
  assert.deepEqual(parseTime("1 hour ago"), { is: "ago", count: 1, unit: "hours" });
});

test("an audience of groups, segments and contacts is a filter, and another filter is none", () => {
  const none = { groups: [], segments: [], contacts: [] };
  for (const chosen of [
    none,
    { ...none, groups: ["a"] },
    { ...none, groups: ["a", "b"] },
    { groups: ["a"], segments: ["s", "t"], contacts: ["c"] },
  ])
    assert.deepEqual(readAudience(writeAudience(chosen)), chosen);
  assert.deepEqual(readAudience({ field: "group", is: "Regulars" }), { ...none, groups: ["Regulars"] });
  for (const other of [
    ...[{ all: [] }, { field: "tag", is: "vip" }, { not: { field: "group", is: "a" } }, 5],
    ...[{ any: [{ field: "group", isNot: "a" }] }, { all: [{ field: "group", is: "a" }] }],
  ])
    assert.equal(readAudience(other), null);
});
