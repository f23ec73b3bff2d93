import assert from "node:assert/strict";
import { test } from "node:test";
import { formatInterval, fromAmount, toAmount } from "../../../console/settings/pattern/interval.ts";
import { browserName } from "../../../console/settings/sessions/browser_name.ts";

/** What the settings reckon with, without a browser. */

test("an interval is shown in the smallest unit that it has", () => {
  assert.deepEqual(toAmount({ days: 3 }), { amount: 3, unit: "days" });
  assert.deepEqual(toAmount({ days: 1, hours: 12 }), { amount: 36, unit: "hours" });
  assert.deepEqual(toAmount({ hours: 1, minutes: 30 }), { amount: 90, unit: "minutes" });
  assert.deepEqual(toAmount({ years: 1, months: 6 }), { amount: 18, unit: "months" });
  assert.deepEqual(toAmount({}), { amount: 0, unit: "days" });
  assert.equal(toAmount(null), null);
  assert.deepEqual(fromAmount(90, "days"), { days: 90 });
  assert.equal(formatInterval({ days: 90 }, "en"), "90 days");
  assert.equal(formatInterval({ years: 1 }, "tr"), "1 yıl");
});

test("a session is named by its browser and system, or by its program", () => {
  const chrome =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
  assert.equal(browserName(chrome), "Chrome · Linux");
  assert.equal(browserName(`${chrome} Edg/140.0`), "Edge · Linux");
  assert.equal(
    browserName(
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
    ),
    "Safari · iOS",
  );
  assert.equal(browserName("curl/8.9.1"), "curl/8.9.1");
});
