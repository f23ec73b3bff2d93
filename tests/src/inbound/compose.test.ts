import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageFact } from "../../../src/channels/facts/message_fact.ts";
import { compose } from "../../../src/inbound/compose.ts";
import type { Delivery } from "../../../src/inbound/delivery.ts";

const channel = { id: "c", tenantId: "t", providerAccountId: null };
const source = { field: "messages", providerAccountId: null, providerChannelId: null };

const message: MessageFact = {
  kind: "message",
  ...source,
  providerMessageId: "1",
  occurredAt: null,
  direction: "inbound",
  origin: "live",
  type: "text",
  content: { body: "hi" },
  metadata: {},
  quotedProviderMessageId: null,
  contact: { phone: "+15550100200", phoneAlias: null, bsuid: null, parentBsuid: null, external: null },
  profileName: null,
  username: null,
};

function deliveryOf(...facts: Delivery["facts"][number]["fact"][]): Delivery {
  return {
    id: "d",
    channel,
    body: Buffer.alloc(0),
    receivedAt: 1,
    eventType: null,
    facts: facts.map((fact) => ({ fact, channel })),
    skipped: [],
    error: null,
  };
}

test("a message with too much metadata is stored: the metadata over the limit is left out, and its keys are listed", () => {
  const context = { id: "question" };
  const surplus = { thumbnail: "x".repeat(40_000), commas: Array(7_000).fill(1), mood: "sunny", context };
  const delivery = deliveryOf({ ...message, metadata: surplus });
  const { batch } = compose([delivery], 1);
  assert.deepEqual(batch.messages[0]?.metadata, { mood: "sunny", context });
  assert.deepEqual(delivery.skipped, [
    { kind: "other", reason: "too large to keep beside a message: thumbnail, commas" },
  ]);
});

test("the name of a customer is cleaned", () => {
  const facts = ["\u202eAnn\n", "\u200b"].map((profileName) =>
    compose([deliveryOf({ ...message, profileName })], 1),
  );
  assert.deepEqual(
    facts.map(({ batch }) => batch.customers[0]?.profile_name),
    ["Ann", null],
  );
});

test("an event that an adapter does not apply is recorded under its own name", () => {
  const delivery = deliveryOf({ kind: "other", ...source, name: "group_update", reason: "no table" });
  const { batch, singles } = compose([delivery], 1);
  assert.deepEqual([batch.messages, batch.statuses, singles], [[], [], []]);
  assert.deepEqual(delivery.skipped, [{ kind: "group_update", reason: "no table" }]);
});
