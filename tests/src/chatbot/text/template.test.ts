import assert from "node:assert/strict";
import { test } from "node:test";
import { plainText } from "../../../../src/chatbot/text/display.ts";
import { interpolate } from "../../../../src/chatbot/text/template.ts";
import cases from "../../../cases/variables.json" with { type: "json" };
import variables from "../../../cases/variables_given.json" with { type: "json" };

for (const { name, template, text, unresolved = [] } of cases)
  test(`a template is filled: ${name}`, () => {
    const missing: string[] = [];
    assert.equal(
      interpolate(template, variables, plainText, (path) => missing.push(path)),
      text,
    );
    if (unresolved.length > 0) assert.deepEqual(missing, unresolved);
  });
