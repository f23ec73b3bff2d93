import assert from "node:assert/strict";
import { test } from "node:test";
import { changesOf, valuesOf } from "../../../console/contact/form_values.ts";
import { labelsOf, pathOf } from "../../../console/contact/path.ts";
import { filterOf, readChoice, writeChoice } from "../../../console/contacts/choice.ts";

/** The form of a contact, and what else is read of it. */

const field = (key: string, type: string, isSensitive = false) => ({ key, type, isSensitive }) as never;
const FIELDS = [
  field("city", "text"),
  field("score", "number"),
  field("vip", "boolean"),
  field("iban", "text", true),
];
const CONTACT = {
  name: "Ada",
  phone: "+44 20 7946 0958",
  email: null,
  externalRef: null,
  language: null,
  timeZone: null,
  status: "active",
  metadata: { city: "London", score: 7.5, vip: true },
} as never;

test("only what was changed is saved, typed; what was emptied is null", () => {
  const before = valuesOf(CONTACT, FIELDS);
  assert.deepEqual(changesOf(before, before, FIELDS), { patch: {}, custom: {} });
  const after = {
    ...before,
    name: " ",
    email: " ada@example.com ",
    "metadata.city": "",
    "metadata.score": "8",
    "metadata.vip": "false",
  };
  assert.deepEqual(changesOf(before, after, FIELDS), {
    patch: { name: null, email: "ada@example.com" },
    custom: { city: null, score: 8, vip: false },
  });
});

test("a number that is none is left to the database; a sensitive value is replaced, never shown", () => {
  const before = valuesOf({ ...(CONTACT as object), metadata: { iban: "secret" } } as never, FIELDS);
  assert.equal(before["metadata.iban"], "");
  const after = { ...before, "metadata.score": "seven", "metadata.iban": "DE00" };
  assert.deepEqual(changesOf(before, after, FIELDS).custom, { score: "seven", iban: "DE00" });
});

test("a run's path has the labels of the graph", () => {
  const labels = labelsOf([
    { id: "a", type: "start", data: { label: "Start" } },
    { id: "b", type: "message" },
    null,
  ]);
  const path = pathOf([{ nodeId: "a", at: "2026-01-01T00:00:00Z" }, { nodeId: "b" }, null, { at: 1 }]);
  assert.deepEqual(
    path.map(({ nodeId }) => labels.get(nodeId)),
    ["Start", "message"],
  );
  assert.deepEqual(pathOf(null), []);
});

test("contacts are chosen by the address", () => {
  const search = "?q=ada+l&status=active&group=1";
  assert.equal(writeChoice(readChoice(search)), search);
  assert.deepEqual(filterOf(readChoice(search)), {
    all: [
      { field: "status", is: "active" },
      { field: "group", is: "1" },
      { field: "text", matches: "ada l" },
    ],
  });
  assert.equal(filterOf(readChoice("")), null);
});
