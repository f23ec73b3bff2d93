import assert from "node:assert/strict";
import { test } from "node:test";
import { band, labelStep, linePath, ticks, wholeTicks } from "../../../console/figures/chart/scale.ts";
import { toCsv } from "../../../console/figures/csv.ts";
import { addDays, daysOf, PRESETS, periodOf, todayIn } from "../../../console/figures/period.ts";

/** What the charts of figures compute, and the files beside them. */

test("an axis has few round numbers, and reaches over the largest value", () => {
  assert.deepEqual(ticks(0), [0, 1]);
  assert.deepEqual(ticks(97), [0, 25, 50, 75, 100]);
  assert.deepEqual(ticks(1), [0, 0.25, 0.5, 0.75, 1]);
  assert.deepEqual(wholeTicks(3), [0, 1, 2, 3]);
  for (const largest of [0.3, 1, 7, 12, 99, 100, 101, 12_345, 1e9]) {
    const axis = ticks(largest);
    assert.ok(axis.at(-1)! >= largest && axis.at(-1)! < largest * 2 && axis.length <= 6, String(largest));
  }
});

test("bars stand in their bands, labels have room, and a line is broken where there is no value", () => {
  for (const count of [1, 7, 400]) {
    const last = band(count - 1, count, 1_000);
    assert.ok(last.x + last.width <= 1_000 && last.width >= 1);
  }
  assert.equal(labelStep(400, 1_000, 50), 20);
  assert.equal(labelStep(7, 1_000, 50), 1);
  const path = linePath(
    [1, 2, null, 3],
    (n) => n,
    (value) => value,
  );
  assert.equal(path, "M0.0 1.0L1.0 2.0M3.0 3.0");
});

test("periods are whole days of the tenant's time zone", () => {
  const now = new Date("2026-03-01T02:00:00Z");
  assert.equal(todayIn("America/New_York", now), "2026-02-28");
  assert.equal(todayIn("Europe/Istanbul", now), "2026-03-01");
  assert.deepEqual(periodOf("lastMonth", "2026-03-01"), { since: "2026-02-01", until: "2026-02-28" });
  assert.deepEqual(periodOf("7d", "2026-03-01"), { since: "2026-02-23", until: "2026-03-01" });
  assert.equal(addDays("2026-12-31", 1), "2027-01-01");
  for (const preset of PRESETS)
    assert.equal(daysOf(periodOf(preset, "2026-10-25")).at(0), periodOf(preset, "2026-10-25").since);
  assert.equal(daysOf(periodOf("30d", "2026-11-28")).length, 30);
  assert.deepEqual(daysOf({ since: "2026-03-02", until: "2026-03-01" }), []);
});

test("a file has every value, and nothing that a spreadsheet would run", () => {
  const csv = toCsv(
    ["Name", "Messages"],
    [
      ['Ann "A", Ltd', 3],
      ["=1+1", null],
      ["line\nbreak", true],
    ],
  );
  assert.equal(csv, '\uFEFFName,Messages\r\n"Ann ""A"", Ltd",3\r\n\'=1+1,\r\n"line\nbreak",true\r\n');
});
