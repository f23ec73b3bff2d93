import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addPage,
  change,
  countNew,
  emptyList,
  type OrderedList,
  settle,
} from "../../../console/inbox/ordered_list.ts";
import { comparison } from "../../../console/inbox/views.ts";

/** The list of the inbox: its order, how it is held, and where the loaded part ends. */

type Row = Parameters<ReturnType<typeof comparison>>[0] & { text?: string };

const compare = comparison("LAST_ACTIVITY_AT_DESC");
const row = (id: string, minute: number, text = ""): Row => ({
  id,
  lastActivityAt: `2026-01-01T00:${String(minute).padStart(2, "0")}:00.000000+00:00`,
  waitingSince: null,
  waitingForPersonSince: null,
  snoozedUntil: null,
  text,
});
const changed = (...rows: Row[]) => new Map(rows.map((each) => [each.id, each]));
const idsOf = ({ rows }: OrderedList<Row>) => rows.map(({ id }) => id).join("");
const loaded = (hasMore = false) =>
  addPage(emptyList<Row>(), [row("a", 9), row("b", 8), row("c", 7)], hasMore);

test("a row that changes shows it at once, and moves when the list settles", () => {
  const held = change(loaded(), changed(row("c", 10, "new")));
  assert.equal(idsOf(held), "abc");
  assert.equal(held.rows[2]?.text, "new");
  assert.equal(countNew(held, compare), 1);
  assert.equal(idsOf(settle(held, compare)), "cab");
  assert.equal(countNew(settle(held, compare), compare), 0);
});

test("rows come and go when the list settles; one that came and went is not shown at all", () => {
  const held = change(
    loaded(),
    new Map([
      ["x", row("x", 11)],
      ["b", null],
      ["y", row("y", 12)],
    ]),
  );
  assert.equal(idsOf(held), "abc");
  assert.equal(countNew(held, compare), 2);
  assert.equal(idsOf(settle(change(held, new Map([["y", null]])), compare)), "xac");
  assert.equal(idsOf(settle(change(loaded(), new Map([["z", null]])), compare)), "abc");
});

test("a change that moves nothing is not new", () => {
  const held = change(loaded(), changed(row("b", 8, "read")));
  assert.equal(countNew(held, compare), 0);
  assert.equal(idsOf(settle(held, compare)), "abc");
});

test("what belongs below the loaded part comes with its page, and only once", () => {
  assert.equal(idsOf(settle(change(loaded(true), changed(row("old", 1), row("d", 9))), compare)), "dabc");
  // The last row moves up: the border stays where the page ended.
  const moved = settle(change(loaded(true), changed(row("c", 20))), compare);
  assert.equal(idsOf(moved), "cab");
  assert.equal(idsOf(settle(change(moved, changed(row("e", 7))), compare)), "cabe");
  const more = addPage(moved, [row("a", 9), row("old", 1)], false);
  assert.equal(idsOf(more), "cabold");
  assert.equal(idsOf(settle(change(more, changed(row("f", 0))), compare)), "caboldf");
});

test("rows of the same instant have one order, and those without a value are last", () => {
  const same = settle(change(loaded(), changed(row("z", 9), row("aa", 9))), compare);
  assert.equal(idsOf(same), "zaaabc");
  const waiting = comparison("WAITING_SINCE_ASC");
  const rows = [row("1", 1), { ...row("2", 1), waitingSince: "b" }, { ...row("3", 1), waitingSince: "a" }];
  assert.deepEqual(
    rows.sort(waiting).map(({ id }) => id),
    ["3", "2", "1"],
  );
});
