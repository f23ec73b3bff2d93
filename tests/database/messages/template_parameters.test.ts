import assert from "node:assert/strict";
import { aConversation, aWorkspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

const text = (value: unknown) => ({ type: "text", text: value });
const PLACES: [name: string, place: string, components: (parameter: object) => object[]][] = [
  ["a body's", "components[0].parameters[0]", (p) => [{ type: "body", parameters: [p] }]],
  [
    "a header's",
    "components[1].parameters[1]",
    (p) => [{ type: "body" }, { type: "header", parameters: [text("fine"), p] }],
  ],
  [
    "a button's",
    "components[0].parameters[0]",
    (p) => [{ type: "button", sub_type: "url", index: "0", parameters: [p] }],
  ],
  [
    "a card's",
    "components[0].cards[1].components[0].parameters[0]",
    (p) => [
      {
        type: "carousel",
        cards: [{ card_index: 0 }, { card_index: 1, components: [{ type: "body", parameters: [p] }] }],
      },
    ],
  ],
];

const WRONG = {
  "a line break": "two\nlines",
  "a carriage return": "two\r\nlines",
  "a tab": "a\tb",
  "five spaces": "a     b",
  nothing: "",
  "spaces alone": "   ",
  null: null,
  "a number": 5,
};
const FINE = ["Ann", "a    b", "Grüße 👍", "https://example.com/?a=b", "0"];

for (const [name, place, components] of PLACES)
  story(
    `${name} text parameter has no line breaks, tabs, or many spaces, and is not empty: PYCNT`,
    async (db) => {
      const { conversationId } = await aConversation(db, await aWorkspace(db));
      const send = (parameter: object) =>
        db.query(
          "insert into app_public.messages (conversation_id, type, content) values ($1, 'template', $2)",
          [conversationId, { name: "hello", language: { code: "en_US" }, components: components(parameter) }],
        );
      for (const value of FINE) await send(text(value));
      for (const [what, value] of Object.entries(WRONG)) {
        assert.equal(await refusal(db, () => send(text(value))), "PYCNT", what);
        const { rows } = await db.query("select app_hidden.template_parameters_problem($1) as problem", [
          JSON.stringify(components(text(value))),
        ]);
        assert.ok(rows[0].problem.startsWith(`${place}.text must not`), rows[0].problem);
      }
    },
  );

story("parameters of other types are not changed, except for the text in them", async (db) => {
  const problem = async (components: unknown) =>
    (
      await db.query("select app_hidden.template_parameters_problem($1) as problem", [
        JSON.stringify(components),
      ])
    ).rows[0].problem;
  assert.equal(
    await problem([
      { type: "header", parameters: [{ type: "image", image: { id: "1" } }] },
      { type: "button", parameters: [{ type: "payload", payload: "a\nb" }] },
      { type: "button", parameters: [{ type: "action", action: { flow_token: "x" } }] },
      { type: "body", parameters: [{ type: "currency", currency: { fallback_value: "$ 1", code: "USD" } }] },
      { type: "footer" },
    ]),
    null,
  );
  assert.match(
    await problem([
      { type: "body", parameters: [{ type: "date_time", date_time: { fallback_value: "a\nb" } }] },
    ]),
    /date_time\.fallback_value must not contain/,
  );
  assert.match(
    await problem([{ type: "button", parameters: [{ type: "coupon_code", coupon_code: "" }] }]),
    /coupon_code must not be empty/,
  );
  assert.match(await problem([{ type: "body", parameters: "Ann" }]), /parameters must be a list/);
  assert.match(await problem(["body"]), /components\[0\] must be an object/);
});
