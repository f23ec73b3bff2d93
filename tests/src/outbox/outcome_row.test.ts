import assert from "node:assert/strict";
import { test } from "node:test";
import { outcomeRow } from "../../../src/outbox/outcome_row.ts";

const MESSAGE = {
  message_id: "0199a000-0000-7000-8000-000000000001",
  tenant_id: "0199a000-0000-7000-8000-000000000002",
  conversation_id: "0199a000-0000-7000-8000-000000000003",
  channel_id: "0199a000-0000-7000-8000-000000000004",
  type: "text",
  content: {},
  reply_to_provider_message_id: null,
  attempts: 1,
};

const CASES: {
  says: string;
  to: { phone: string | null; bsuid: string | null };
  answer: { waId: string | null; userId: string | null };
  learns: object | null;
}[] = [
  {
    says: "nothing beyond the number it was posted to",
    to: { phone: "+15550100200", bsuid: null },
    answer: { waId: "15550100200", userId: null },
    learns: null,
  },
  {
    says: "nothing",
    to: { phone: null, bsuid: "US.1" },
    answer: { waId: null, userId: null },
    learns: null,
  },
  {
    says: "the user id",
    to: { phone: "+15550100200", bsuid: null },
    answer: { waId: "15550100200", userId: "US.1" },
    learns: { phone: "+15550100200", phone_alias: null, bsuid: "US.1" },
  },
  {
    says: "the number",
    to: { phone: null, bsuid: "US.1" },
    answer: { waId: "15550100200", userId: "US.1" },
    learns: { phone: "+15550100200", phone_alias: null, bsuid: "US.1" },
  },
  {
    says: "another spelling of the number",
    to: { phone: "+5511987654321", bsuid: null },
    answer: { waId: "551187654321", userId: null },
    learns: { phone: "+551187654321", phone_alias: "+5511987654321", bsuid: null },
  },
];

for (const { says, to, answer, learns } of CASES)
  test(`an answer that tells ${says}`, () => {
    const outcome = {
      kind: "sent",
      providerMessageId: "wamid.1",
      messageStatus: "accepted",
      ...answer,
    } as const;
    const { row } = outcomeRow({ ...MESSAGE, ...to }, outcome);
    const expected = learns && {
      tenant_id: MESSAGE.tenant_id,
      parent_bsuid: null,
      ...learns,
    };
    assert.deepEqual(row.recipient ?? null, expected);
  });

test("a refusal says how long to wait, not until when: the machine's clock may differ from the database's", (t) => {
  const message = { ...MESSAGE, phone: "+15550100200", bsuid: null };
  const refusals = [
    { kind: "unavailable", reason: "ECONNREFUSED" },
    { kind: "throttled", code: 130429, scope: "channel", retryAfterMs: null },
    { kind: "throttled", code: 131056, scope: "pair", retryAfterMs: 4_500.5 },
  ] as const;
  const rows = () => refusals.map((refusal) => outcomeRow(message, refusal));
  const before = rows();
  t.mock.timers.enable({ apis: ["Date"], now: Date.now() - 3_600_000 });
  assert.deepEqual(rows(), before);
  assert.deepEqual(
    before.map(({ row }) => row.retry_in_ms),
    [1_000, 1_000, 4_500.5],
  );
});
