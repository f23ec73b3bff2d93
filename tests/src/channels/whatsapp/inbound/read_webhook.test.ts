import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MAX_DEPTH } from "../../../../../src/base/json/sanitize.ts";
import { nameOf } from "../../../../../src/channels/facts/fact.ts";
import { readWebhook } from "../../../../../src/channels/whatsapp/inbound/read_webhook.ts";
import { BUSINESS_NUMBER, body, contacts, factsOf, messages, metadata } from "./bodies.ts";

const text = {
  from: "5511998765432",
  id: "wamid.T",
  timestamp: "1763690400",
  type: "text",
  text: { body: "t" },
};
const value = { messaging_product: "whatsapp", metadata, contacts, messages: [text] };

test("a body that is not a JSON object is unreadable, and the reason does not quote it", () => {
  const secret = "4111-1111";
  for (const [raw, reason] of [
    ["", "the body is empty"],
    [`{"text": ${secret}`, "the body is not JSON"],
    ['{"object":"x"}\n{', "the body is not JSON"],
    ["[]", "the body is not a JSON object"],
    ["null", "the body is not a JSON object"],
    [`"${secret}"`, "the body is not a JSON object"],
  ] as const) {
    assert.deepEqual(readWebhook(Buffer.from(raw)), { kind: "unreadable", reason });
  }
});

test("the envelope may be missing, misshapen or one level off, and the message is still read", () => {
  const bodies: object[] = [
    body("messages", value),
    { entry: [{ id: "1", changes: [{ field: "messages", value }] }] },
    { entry: [{ id: "1", changes: [{ value }] }] },
    { entry: { id: "1", changes: { field: "messages", value } } },
    { object: "whatsapp_business_account", entry: [{ field: "messages", changes: [{ value }] }] },
    { field: "messages", entry: [{ id: "1", changes: [{ value }] }] },
    { entry: [{ id: "1", field: "messages", value }] },
    { id: "1", changes: [{ field: "messages", value }] },
    { changes: { field: "messages", value } },
    {
      object: "whatsapp_business_account",
      id: "1",
      time: 1763690400,
      field: "messages",
      changes: [{ value }],
    },
    { field: "messages", value },
    { field: "something_else", value },
    { entry: [{ changes: [{ field: "messages", ...value }] }] },
    { ...value },
    body("messages", { ...value, messages: text }),
  ];
  for (const content of bodies) {
    assert.deepEqual(
      factsOf(content).map((item) => item.kind),
      ["message"],
      JSON.stringify(content),
    );
  }
});

test("a bare entry says whose it is", () => {
  const [item] = factsOf({
    id: "330118877665544",
    time: 1763690400,
    changes: [{ field: "messages", value }],
  });
  assert.equal(item?.providerAccountId, "330118877665544");
});

test("an account update with its field one level too high is read", () => {
  const [item] = factsOf({
    field: "account_update",
    entry: [{ id: "1", changes: [{ value: { event: "X" } }] }],
  });
  assert.equal(item && nameOf(item), "account_update");
});

test("whatever is empty or of the wrong type says so", () => {
  const cases: [object, string][] = [
    [{}, "the change has no value"],
    [{ object: "x", entry: [] }, "the body has no entries"],
    [{ entry: [7] }, "an entry that is not an object"],
    [{ entry: [{ id: "1" }] }, "the entry has no changes"],
    [{ entry: [{ id: "1", changes: [] }] }, "the entry has no changes"],
    [{ entry: [{ changes: [null] }] }, "a change that is not an object"],
    [{ entry: [{ changes: [{}] }] }, "the change has no value"],
    [{ entry: [{ changes: [{ field: "messages", value: "x" }] }] }, "the change has no value"],
    [{ entry: [{ changes: [{ field: "messages", value: {} }] }] }, "the value holds nothing we know"],
    [{ object: "page", entry: [{ id: "1", messaging: [{}] }] }, "the entry has no changes"],
  ];
  for (const [content, reason] of cases) {
    const items = factsOf(content);
    assert.deepEqual(
      items.map((item) => item.kind === "other" && item.reason),
      [reason],
      JSON.stringify(content),
    );
  }
});

test("a value without metadata and contacts is read", () => {
  const [item] = factsOf(body("messages", { messages: [text] }));
  assert.ok(item?.kind === "message");
  assert.deepEqual([item.providerChannelId, item.profileName], [null, null]);
});

test("several accounts, numbers and fields share a body", () => {
  const other = { ...value, metadata: { display_phone_number: BUSINESS_NUMBER, phone_number_id: "2" } };
  const items = factsOf({
    entry: [
      {
        id: "A",
        changes: [
          { field: "messages", value },
          { field: "account_update", value: { event: "E" } },
        ],
      },
      { id: "B", changes: [{ field: "messages", value: other }] },
    ],
  });
  assert.deepEqual(
    items.map((item) => [nameOf(item), item.providerAccountId, item.providerChannelId]),
    [
      ["message", "A", metadata.phone_number_id],
      ["account_update", "A", null],
      ["message", "B", "2"],
    ],
  );
});

test("hostile input is neutralised: NUL, lone surrogates, deep nesting, huge numbers", () => {
  const raw = JSON.stringify(
    messages({ type: "text", text: { body: "BODY" } }, { type: "deep", deep: "DEEP" }),
  )
    .replace("BODY", String.raw`a\u0000b\ud83d`)
    .replace('"DEEP"', `${"[".repeat(20_000)}1e400000${"]".repeat(20_000)}`);
  const items = factsOf(raw);
  assert.deepEqual(
    items.map((item) => item.kind === "message" && item.content.body),
    ["a\uFFFDb\uFFFD", undefined],
  );
  assertStorable(items);
});

test("a template id beyond 2^53 keeps its digits", () => {
  const raw = JSON.stringify(
    body("message_template_status_update", {
      message_template_id: 1,
      message_template_name: "order_ready",
      message_template_language: "en",
      event: "APPROVED",
    }),
  );
  const [item] = factsOf(
    raw.replace('"message_template_id":1', '"message_template_id":98765432109876543210'),
  );
  assert.ok(item?.kind === "record");
  assert.equal(item.change.provider_template_id, "98765432109876543210");
});

test("enormous bodies take time in proportion to their size", () => {
  const many = (count: number, bytes: number) => {
    const people = Array.from({ length: count }, (_, i) => String(5511900000000 + i));
    return Buffer.from(
      JSON.stringify(
        body("messages", {
          metadata,
          contacts: people.map((wa_id) => ({ wa_id, profile: { name: `N${wa_id}` } })),
          messages: people.map((from) => ({
            ...text,
            from,
            id: `wamid.${from}`,
            text: { body: "x".repeat(bytes) },
          })),
        }),
      ),
    );
  };
  const cases: [string, Buffer][] = [
    ["1000 messages of 1000 people, 3 MB", many(1000, 2900)],
    ["12,000 messages of 12,000 people, 3 MB", many(12_000, 10)],
    ["one text of 3 MB", many(1, 3_000_000)],
    [
      "a million zeros",
      Buffer.from(`{"entry":[{"changes":[{"value":{"messages":[${"0,".repeat(1e6)}0]}}]}]}`),
    ],
    ["a number of 3 MB", Buffer.from(`{"entry":[{"changes":[{"value":{"n":${"9".repeat(3e6)}}}]}]}`)],
    ["escapes", Buffer.from(`{"a":"${String.raw`\u0000`.repeat(500_000)}","n":1e999}`)],
    ["keys", Buffer.from(`{${Array.from({ length: 200_000 }, (_, i) => `"k${i}\\u0000":1`).join()}}`)],
  ];
  for (const [says, raw] of cases) {
    const start = process.cpuUsage();
    const reading = readWebhook(raw);
    const { user, system } = process.cpuUsage(start);
    const took = (user + system) / 1000;
    assert.equal(reading.kind, "read", says);
    assert.ok(took < 6000, `${says}: ${Math.round(took)} ms`);
  }
});

/** Values as a hostile sender would put them where something else belongs. */
const junk = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "",
    "\0",
    "\ud800",
    "__proto__",
    "constructor",
    2 ** 60,
    -1,
    "1763690400",
    "5511998765432",
    [],
  ),
);
const WORDS = (
  "id from to type timestamp text body image contacts context wa_id user_id from_user_id profile name errors code " +
  "status recipient_id system interactive button_reply reaction threads messages metadata contact action event " +
  "message_template_id new_category value category group_id referral __proto__ constructor"
).split(" ");
const element = fc.dictionary(fc.constantFrom(...WORDS), junk);
const LISTS =
  "messages statuses contacts errors calls history state_sync user_preferences user_id_update groups message_echoes".split(
    " ",
  );
const anyValue = fc.dictionary(
  fc.constantFrom(...LISTS, "metadata", "standby", "event", "message_template_name", "control_passed", "x"),
  fc.oneof(fc.array(fc.oneof(element, junk), { maxLength: 4 }), element, junk),
);
const anyField = fc.constantFrom("messages", "history", "standby", "calls", "flows", "account_update", "zzz");
const anyBody = fc.oneof(
  fc.record({
    entry: fc.array(
      fc.record({ id: junk, changes: fc.array(fc.record({ field: anyField, value: anyValue })) }),
    ),
  }),
  fc.record({ field: anyField, value: anyValue }),
  fc.record({ entry: junk }),
  junk,
);

test("no body throws; every reading is the same twice, and goes into jsonb", () => {
  fc.assert(
    fc.property(anyBody, (content) => {
      const raw = Buffer.from(JSON.stringify(content));
      const reading = readWebhook(raw);
      assert.deepEqual(readWebhook(raw), reading);
      if (reading.kind === "unreadable") return;
      assert.ok(reading.facts.length > 0);
      assertStorable(reading.facts);
    }),
    { numRuns: 1000 },
  );
});

test("no bytes throw", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void readWebhook(Buffer.from(bytes))));
});

/** What Postgres asks of `jsonb` and `text`, and the promise that no fact is left undefined. */
function assertStorable(value: unknown, depth = 0): void {
  assert.ok(depth <= MAX_DEPTH + 3);
  if (typeof value === "string") assert.ok(value.isWellFormed() && !value.includes("\0"));
  else if (typeof value === "number") assert.ok(Number.isFinite(value));
  else if (typeof value === "object" && value !== null) {
    for (const [key, child] of Object.entries(value)) {
      assertStorable(key);
      assertStorable(child, depth + 1);
    }
  } else assert.ok(value === null || typeof value === "boolean", String(value));
}
