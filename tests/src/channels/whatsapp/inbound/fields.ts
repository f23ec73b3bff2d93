import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fact } from "../../../../../src/channels/facts/fact.ts";
import { body, factsOf } from "./bodies.ts";

type Values = Record<string, unknown>;

type FieldCase = {
  field: string;
  /** Where a field has several cases. */
  says?: string;
  value: object;
  /** The facts in order, each by those of its values that matter. */
  expect: Values[];
};

/** One test for each value of a webhook field (docs/reference/cloud-api.md). */
export function testFields(cases: FieldCase[]): void {
  for (const { field, says, value, expect } of cases) {
    test(`the field ${field}${says ? `: ${says}` : ""}`, () => {
      const facts = factsOf(body(field, value, { time: 1763690400 }));
      assert.deepEqual(
        facts.map((fact, i) => pick(fact, expect[i] ?? { kind: null })),
        expect,
      );
      for (const fact of facts) assert.equal(fact.field, field);
    });
  }
}

function pick(fact: Fact, keys: Values): Values {
  const values: Values = fact;
  return Object.fromEntries(Object.keys(keys).map((key) => [key, values[key]]));
}
