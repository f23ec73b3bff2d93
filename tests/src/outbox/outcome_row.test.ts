import assert from "node:assert/strict";
import { test } from "node:test";
import { outcomeRow } from "../../../src/outbox/outcome_row.ts";

const MESSAGE = {
  message_id: "0199a000-0000-7000-8000-000000000001",
  tenant_id: "0199a000-0000-7000-8000-000000000002",
  conversation_id: "0199a000-0000-7000-8000-000000000003",
  channel_id: "0199a000-0000-7000-8000-000000000004",
  channel_kind: "whatsapp_cloud",
  type: "text",
  content: {},
  reply_to_provider_message_id: null,
  attempts: 1,
};

test("an answer that names other addresses of the recipient has them recorded", () => {
  const message = { ...MESSAGE, phone: "+15550100200", bsuid: null };
  const sent = { kind: "sent", providerMessageId: "1" } as const;
  const recipient = {
    phone: "+15550100200",
    phoneAlias: null,
    bsuid: "US.1",
    parentBsuid: null,
    external: null,
  };
  assert.equal("recipient" in outcomeRow(message, { ...sent, recipient: null }).row, false);
  assert.deepEqual(outcomeRow(message, { ...sent, recipient }).row.recipient, {
    tenant_id: MESSAGE.tenant_id,
    phone: "+15550100200",
    phone_alias: null,
    bsuid: "US.1",
    parent_bsuid: null,
    external: null,
  });
});

test("a message that is held back is sent, and its template is known to be held", () => {
  const message = { ...MESSAGE, phone: "+15550100200", bsuid: null };
  const sent = { kind: "sent", providerMessageId: "1", recipient: null } as const;
  assert.equal("is_held" in outcomeRow(message, sent).row, false);
  assert.equal(outcomeRow(message, { ...sent, isHeld: true }).row.is_held, true);
});

test("a refusal says how long to wait, not until when: the machine's clock may differ from the database's", (t) => {
  const message = { ...MESSAGE, phone: "+15550100200", bsuid: null };
  const refusals = [
    { kind: "unavailable", reason: "ECONNREFUSED" },
    { kind: "throttled", code: "130429", scope: "channel", retryAfterMs: null },
    { kind: "throttled", code: "131056", scope: "contact", retryAfterMs: 4_500.5 },
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
