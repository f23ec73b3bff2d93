import assert from "node:assert/strict";
import { test } from "node:test";
import type { WebhookItem } from "../../../../../src/channels/whatsapp/inbound/webhook_item.ts";
import { body, itemsOf } from "../../../inbound/bodies.ts";

type Facts = Record<string, unknown>;

export type FieldCase = {
  field: string;
  /** Where a field has several cases. */
  says?: string;
  value: object;
  /** The items in order, each by those of its facts that matter. */
  expect: Facts[];
};

/** One test for each value of a webhook field (docs/reference/cloud-api.md). */
export function testFields(cases: FieldCase[]): void {
  for (const { field, says, value, expect } of cases) {
    test(`the field ${field}${says ? `: ${says}` : ""}`, () => {
      const items = itemsOf(body(field, value, { time: 1763690400 }));
      assert.deepEqual(
        items.map((item, i) => pick(item, expect[i] ?? { kind: null })),
        expect,
      );
      for (const item of items) assert.equal(item.field, field);
    });
  }
}

function pick(item: WebhookItem, keys: Facts): Facts {
  const facts: Facts = item;
  return Object.fromEntries(Object.keys(keys).map((key) => [key, facts[key]]));
}
