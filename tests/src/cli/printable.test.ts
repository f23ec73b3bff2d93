import assert from "node:assert/strict";
import { test } from "node:test";
import { printable } from "../../../src/cli/printable.ts";
import { readable } from "../../../src/cli/readable_log.ts";
import { table } from "../../../src/cli/table.ts";

const EVIL = "\x1b]52;c;eA==\x07\x1b[2J\u009b31m\u202egnirts\u2066\u200b\ufeff\r\u{e0041}";
const HARMLESS = /^[\n\t\x20-\x7e\u00a1-\u1fff\u2014\u2026\u23ce\u2500]*$/;

test("control sequences are shown as escapes", () => {
  const shown = printable(EVIL);
  assert.match(shown, HARMLESS);
  assert.ok(shown.startsWith("\\u001b]52;c;eA==\\u0007\\u001b[2J\\u009b31m\\u202egnirts"), shown);
});

test("in JSON an escape is the same text", () => {
  const document = { name: EVIL, [EVIL]: [EVIL] };
  const text = printable(JSON.stringify(document, null, 2));
  assert.match(text, HARMLESS);
  assert.deepEqual(JSON.parse(text), document);
});

test("words, emoji and lines stay", () => {
  const plain = "Zoë\n\t👩\u200d👧 ❤\ufe0f \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645";
  assert.equal(printable(plain), plain);
});

test("tables and log lines are printable", () => {
  assert.match(table([EVIL], [[`${EVIL}\t\n`]]), HARMLESS);
  const line = readable(
    JSON.stringify({ level: "info", time: "2026-01-01T12:00:00Z", msg: EVIL, name: EVIL }),
  );
  assert.match(line, HARMLESS);
});
