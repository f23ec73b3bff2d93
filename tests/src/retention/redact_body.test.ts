import assert from "node:assert/strict";
import { test } from "node:test";
import { redactBody } from "../../../src/retention/redact_body.ts";

const ERASED_AT = new Date("2026-11-28T12:00:00Z");
const BEFORE = String(ERASED_AT.getTime() / 1000 - 60);
const AFTER = String(ERASED_AT.getTime() / 1000 + 60);
const person = { addresses: new Set(["16505550031", "US.31"]), erasedAt: ERASED_AT };

const redacted = (value: unknown) => {
  const left = redactBody(Buffer.from(JSON.stringify(value)), person);
  return left && JSON.parse(left.toString());
};

const message = (from: string, timestamp: string) => ({ from, timestamp, text: { body: "Hello" } });
const card = (wa_id: string) => ({ wa_id, profile: { name: "Erna" } });
const inbound = (contacts: object[], messages: object[]) => ({
  entry: [{ id: "1", changes: [{ field: "messages", value: { contacts, messages } }] }],
});

const CASES: [what: string, body: unknown, left: unknown][] = [
  [
    "the messages and the card of the person go; those of others stay",
    inbound(
      [card("16505550031"), card("16505550032")],
      [message("16505550031", BEFORE), message("16505550032", BEFORE)],
    ),
    inbound([card("16505550032")], [message("16505550032", BEFORE)]),
  ],
  [
    "what the person says after the erasure stays, with the card beside it",
    inbound([card("16505550031")], [message("16505550031", BEFORE), message("16505550031", AFTER)]),
    inbound([card("16505550031")], [message("16505550031", AFTER)]),
  ],
  [
    "an address may be a user id, a formatted number or nested",
    { list: [{ a: { user: "US.31" } }, { phone: "+1 (650) 555-0031" }, { n: 16505550031 }, { n: 1 }] },
    { list: [{ n: 1 }] },
  ],
  [
    "a thread of a history goes with its messages",
    { threads: [{ id: "16505550031", messages: [{ to: "1" }] }] },
    { threads: [] },
  ],
  ["a body that is about the person as a whole is emptied", { from: "16505550031", text: "Hello" }, {}],
  [
    "a text that only mentions the number is not about the person",
    inbound([], [{ from: "1", text: { body: "call 16505550031" } }]),
    null,
  ],
  ["a longer user id is another person's", { list: [{ user: "US.312" }] }, null],
];

for (const [what, body, left] of CASES) test(what, () => assert.deepEqual(redacted(body), left));

test("a body that is not JSON is emptied", () => {
  assert.equal(redactBody(Buffer.from("from=16505550031"), person)?.toString(), "{}");
});
