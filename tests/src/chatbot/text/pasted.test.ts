import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { cleanProse } from "../../../../src/base/clean_prose.ts";
import { fold } from "../../../../src/chatbot/text/fold.ts";
import { cleanPasted } from "../../../../src/chatbot/text/pasted.ts";
import cases from "../../../cases/pasted_text.json" with { type: "json" };

describe("pasted text is cleaned as the table of cases says", () => {
  for (const { pasted, is } of cases)
    test(JSON.stringify(is), () => {
      assert.equal(cleanPasted(pasted), is);
    });
});

test("prose loses directional marks and zero-width spaces, and keeps what words and emoji need", () => {
  const family = "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}";
  assert.equal(
    cleanProse("\u2067\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645\u2069 "),
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
  );
  assert.equal(cleanProse(`\u200e${family} \u2764\ufe0f \u00bd\u200b`), `${family} \u2764\ufe0f \u00bd`);
});

test("keywords are compared without what cannot be seen, in any digits", () => {
  for (const typed of ["\u200eyes", "y\u200bes", "\uff59\uff45\uff53", "\u2068Y\u0301es!\u2069"])
    assert.equal(fold(typed), "yes");
  assert.equal(fold("\u0967\u0968"), "12");
});
