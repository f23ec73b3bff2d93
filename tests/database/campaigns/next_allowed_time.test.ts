import assert from "node:assert/strict";
import { stories } from "../../support/story.ts";

const story = stories();

const CASES: [at: string, timeZone: string, from: string | null, until: string | null, allowed: string][] = [
  ["2026-11-28T12:00:00Z", "Europe/Berlin", "20:00", "08:00", "2026-11-28T12:00:00Z"],
  ["2026-11-28T19:00:00Z", "Europe/Berlin", "20:00", "08:00", "2026-11-29T07:00:00Z"],
  ["2026-11-28T18:59:59Z", "Europe/Berlin", "20:00", "08:00", "2026-11-28T18:59:59Z"],
  ["2026-11-29T02:00:00Z", "Europe/Berlin", "20:00", "08:00", "2026-11-29T07:00:00Z"],
  ["2026-11-29T07:00:00Z", "Europe/Berlin", "20:00", "08:00", "2026-11-29T07:00:00Z"],
  // The same instant is noon in one place and night in another.
  ["2026-11-28T12:00:00Z", "Pacific/Auckland", "20:00", "08:00", "2026-11-28T19:00:00Z"],
  ["2026-11-28T12:30:00Z", "UTC", "12:00", "14:00", "2026-11-28T14:00:00Z"],
  ["2026-11-28T14:00:00Z", "UTC", "12:00", "14:00", "2026-11-28T14:00:00Z"],
  ["2026-11-28T12:30:00Z", "UTC", null, null, "2026-11-28T12:30:00Z"],
  // Clocks go from 2 to 3 in the night of 29 March 2026: half past two does not exist.
  ["2026-03-29T00:30:00Z", "Europe/Berlin", "22:00", "02:30", "2026-03-29T01:30:00Z"],
  ["2026-03-28T22:00:00Z", "Europe/Berlin", "22:00", "07:00", "2026-03-29T05:00:00Z"],
  // And from 3 to 2 in the night of 25 October.
  ["2026-10-24T21:00:00Z", "Europe/Berlin", "22:00", "07:00", "2026-10-25T06:00:00Z"],
];

story("quiet hours end at their time of day in the recipient's time zone", async (db) => {
  for (const [at, timeZone, from, until, allowed] of CASES) {
    const { rows } = await db.query("select app_private.next_allowed_time($1, $2, $3, $4) as at", [
      at,
      timeZone,
      from,
      until,
    ]);
    assert.equal(rows[0].at.toISOString(), new Date(allowed).toISOString(), `${at} in ${timeZone}`);
  }
});
