import assert from "node:assert/strict";
import { test } from "node:test";
import { hoursOf, intervalOf } from "../../../console/campaigns/interval.ts";
import { readParameter, slotsOf, writeParameter } from "../../../console/campaigns/parameters.ts";
import {
  type Component,
  cardsOf,
  examplesOf,
  filled,
  findComponent,
  nextVariable,
  problemOfComponent,
  withButtons,
  withCards,
  withComponent,
  withText,
} from "../../../console/templates/components.ts";

/** The components of a template while they are edited, and the values that a campaign gives its parameters. */

const BODY: Component = {
  type: "BODY",
  text: "Hello {{1}}, it is {{2}}",
  example: { body_text: [["Ann", "noon"]] },
};

test("components keep their order, and what the editor does not know", () => {
  const offer: Component = { type: "LIMITED_TIME_OFFER", limited_time_offer: { text: "Sale" } };
  const components = [{ ...BODY, future: 1 }, offer];
  const header = { type: "HEADER", format: "LOCATION" };
  const withHeader = withComponent(components, "HEADER", header);
  assert.deepEqual(withHeader, [header, ...components]);
  const buttons = [{ type: "QUICK_REPLY", text: "Yes" }];
  const all = withButtons(withHeader, buttons);
  assert.deepEqual(all.at(-1), { type: "BUTTONS", buttons });
  assert.deepEqual(withButtons(withComponent(all, "HEADER", null), []), components);
  const lower = [{ type: "body", text: "Hi" }];
  assert.equal(findComponent(lower, "BODY"), lower[0]);
  const cards = withCards(components, [[BODY]]);
  assert.deepEqual(cardsOf(cards), [[BODY]]);
  assert.deepEqual(withCards(cards, []), components);
});

test("examples follow the variables of a text, in both formats", () => {
  const shorter = withText(BODY, "Hello {{1}}!", "positional");
  assert.deepEqual(shorter.example, { body_text: [["Ann"]] });
  assert.equal(withText(BODY, "Hello!", "positional").example, undefined);
  const longer = withText(BODY, "{{3}} {{1}} {{2}}", "positional");
  assert.deepEqual(longer.example, { body_text: [["Ann", "noon", ""]] });
  const named = withText({ type: "HEADER", format: "TEXT" }, "For {{first_name}}", "named");
  assert.deepEqual(named.example, { header_text_named_params: [{ param_name: "first_name", example: "" }] });
  assert.deepEqual(examplesOf({ ...named, example: { header_text: ["Ann"] } }), { 1: "Ann" });
  assert.equal(nextVariable("{{1}} {{3}}", "positional"), "{{2}}");
  assert.equal(nextVariable("{{value_1}}", "named"), "{{value_2}}");
  assert.equal(filled("{{a}} {{b}}", { a: "x" }), "x {{b}}");
});

test("a problem belongs to the component that its path names", () => {
  const components = [{ type: "HEADER", format: "TEXT" }, BODY];
  const problem = "components[1].text must not start or end with a variable";
  assert.equal(problemOfComponent(problem, components, "BODY"), "text must not start or end with a variable");
  assert.equal(problemOfComponent(problem, components, "HEADER"), null);
  assert.equal(
    problemOfComponent("components[1] must not be there", components, "BODY"),
    "must not be there",
  );
  assert.equal(problemOfComponent(null, components, "FOOTER"), null);
  const path = "components[1].cards[0].components";
  assert.equal(problemOfComponent(`${path}[0].text is long`, [BODY], "BODY", path), "text is long");
});

test("values of parameters are read in every form, and written by name", () => {
  const components = [
    { type: "HEADER", format: "IMAGE" },
    BODY,
    {
      type: "BUTTONS",
      buttons: [
        { type: "QUICK_REPLY", text: "A" },
        { type: "URL", url: "https://a/{{1}}" },
      ],
    },
  ];
  const slots = slotsOf(components)!;
  assert.deepEqual(
    slots.map(({ is }) => is),
    ["file", "body", "body", "button"],
  );
  const [file, first, second, link] = slots as [(typeof slots)[0], ...typeof slots];
  const given = { header: { media_id: "m" }, body: ["Ann", "noon"], buttons: [null, "A-17"] };
  const read = slots.map((slot) => readParameter(given, slot));
  assert.deepEqual(read, ["m", "Ann", "noon", "A-17"]);
  const written = writeParameter(given, second!, "dusk");
  assert.deepEqual(written, { header: { media_id: "m" }, buttons: [null, "A-17"], 1: "Ann", 2: "dusk" });
  assert.deepEqual(writeParameter(written, link!, ""), { header: { media_id: "m" }, 1: "Ann", 2: "dusk" });
  assert.deepEqual(writeParameter({}, link!, "B"), { buttons: { 1: "B" } });
  assert.deepEqual(writeParameter({ header: "x" }, file, ""), {});
  assert.equal(readParameter(writeParameter({}, first!, "Bob"), first!), "Bob");
  assert.equal(slotsOf([BODY, { type: "CAROUSEL", cards: [{ components: [BODY] }] }]), null);
});

test("intervals are hours on the page, and days where that is exact", () => {
  assert.equal(hoursOf({ days: 3, hours: 2 }), 74);
  assert.deepEqual(intervalOf(72), { days: 3 });
  assert.deepEqual(intervalOf(5), { hours: 5 });
  assert.deepEqual([hoursOf(null), intervalOf(null)], [null, null]);
});
