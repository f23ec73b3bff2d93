import assert from "node:assert/strict";
import { test } from "node:test";
import { CHECK_GROUPS } from "../../src/doctor/checks.ts";
import { withDoctorTables } from "./doctor_tables.ts";
import { document } from "./document.ts";

test("docs/doctor.md is up to date with `npm run docs`", () => {
  const { text } = document("docs/doctor.md");
  assert.equal(withDoctorTables(text, CHECK_GROUPS), text);
});

test("checks have different names", () => {
  const names = CHECK_GROUPS.flatMap(({ checks }) => checks.map(({ name }) => name));
  assert.equal(new Set(names).size, names.length);
});
