import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { borrowTestDatabase, type TestDatabase } from "../../support/database.ts";

let database: TestDatabase;
before(async () => {
  database = await borrowTestDatabase();
});
after(() => database.drop());

type Definition = {
  category?: string | null;
  format?: string;
  components?: object[];
  ttl?: number | null;
};

async function problemOf({
  category = "utility",
  format = "positional",
  components = [],
  ttl = null,
}: Definition): Promise<string | null> {
  const { rows } = await database.pool.query(
    "select app_hidden.template_definition_problem($1, $2, $3, $4) as problem",
    [category, format, JSON.stringify(components), ttl],
  );
  return rows[0].problem;
}

const TEXT = "Your order {{1}} will be ready at {{2}} today.";
const BODY = { type: "BODY", text: TEXT, example: { body_text: [["A17", "17:00"]] } };
const PLAIN = { type: "BODY", text: "Your order is ready." };
const IMAGE = {
  type: "HEADER",
  format: "IMAGE",
  example: { media_id: "0199a5c0-0000-7000-8000-000000000000" },
};
const reply = (text: string) => ({ type: "QUICK_REPLY", text });
const URL_BUTTON = {
  type: "URL",
  text: "Track",
  url: "https://example.com/{{1}}",
  example: ["https://example.com/A17"],
};
const card = (...more: object[]) => ({
  components: [IMAGE, { type: "BODY", text: "A very fine loaf" }, ...more],
});
const buttons = (...list: object[]) => ({ type: "BUTTONS", buttons: list });
const OTP = buttons({ type: "OTP", otp_type: "COPY_CODE", text: "Copy" });

test("templates that keep Meta's rules have no problem", async () => {
  const good: Definition[] = [
    { components: [BODY] },
    { components: [{ type: "body", text: "Your order is ready." }] },
    { components: [IMAGE, BODY, { type: "FOOTER", text: "The bakery" }, buttons(reply("Yes"), URL_BUTTON)] },
    {
      format: "named",
      components: [
        {
          type: "HEADER",
          format: "TEXT",
          text: "Hello {{name}}",
          example: { header_text_named_params: [{ param_name: "name", example: "Ann" }] },
        },
        {
          type: "BODY",
          text: "Hello {{name}}, your order is ready.",
          example: { body_text_named_params: [{ param_name: "name", example: "Ann" }] },
        },
      ],
    },
    {
      category: "authentication",
      components: [{ type: "BODY", add_security_recommendation: true }, OTP],
      ttl: 60,
    },
    { category: "marketing", components: [PLAIN, { type: "CAROUSEL", cards: [card(), card()] }], ttl: 43200 },
    {
      category: "marketing",
      components: [
        { type: "LIMITED_TIME_OFFER", limited_time_offer: { text: "Today only" } },
        PLAIN,
        buttons({ type: "COPY_CODE", example: "BREAD10" }, URL_BUTTON),
      ],
    },
    { components: [PLAIN, { type: "A_COMPONENT_OF_THE_FUTURE" }] },
  ];
  for (const definition of good) assert.equal(await problemOf(definition), null);
});

const BAD: [problem: RegExp, definition: Definition][] = [
  [/category must be given/, { category: null, components: [PLAIN] }],
  [/must have a BODY/, { components: [IMAGE] }],
  [/only one BODY/, { components: [PLAIN, PLAIN] }],
  [/components\[0\] must be an object with a type/, { components: [{ text: "?" }] }],
  [
    /components\[0\].text must not start or end/,
    { components: [{ type: "BODY", text: "{{1}} is your code today" }] },
  ],
  [/must not start or end/, { components: [{ type: "BODY", text: "Today your code is {{1}} " }] }],
  [/too many variables/, { components: [{ ...BODY, text: "Hi {{1}} and {{2}}!" }] }],
  [
    /number its variables from 1/,
    { components: [{ ...BODY, text: "Your order {{1}} is ready at {{3}} today." }] },
  ],
  [
    /parameter format is positional/,
    { components: [{ ...BODY, text: "Your order {{id}} is ready by now." }] },
  ],
  [/parameter format is named/, { format: "named", components: [BODY] }],
  [/not written as/, { components: [{ ...BODY, text: "Your order {{ 1 }} is ready by now." }] }],
  [/example for each/, { components: [{ ...BODY, example: { body_text: [["A17"]] } }] }],
  [/example for each/, { components: [{ ...BODY, example: undefined }] }],
  [/1 to 1024 characters/, { components: [{ type: "BODY", text: "a ".repeat(600) }] }],
  [
    /1 to 600/,
    {
      components: [
        { type: "LIMITED_TIME_OFFER", limited_time_offer: { text: "Today" } },
        { type: "BODY", text: "a ".repeat(301) },
      ],
    },
  ],
  [
    /1 to 16 characters/,
    { components: [{ type: "LIMITED_TIME_OFFER", limited_time_offer: { text: "a".repeat(17) } }, PLAIN] },
  ],
  [
    /components\[0\].text must have 1 to 60/,
    { components: [{ type: "HEADER", format: "TEXT", text: "a".repeat(61) }, PLAIN] },
  ],
  [/at most one variable/, { components: [{ type: "HEADER", format: "TEXT", text: "{{1}} {{2}}" }, PLAIN] }],
  [/media_id of an uploaded file/, { components: [{ type: "HEADER", format: "VIDEO" }, PLAIN] }],
  [/format must be/, { components: [{ type: "HEADER", format: "HOLOGRAM" }, PLAIN] }],
  [
    /components\[1\].text must not have variables/,
    { components: [PLAIN, { type: "FOOTER", text: "{{1}}" }] },
  ],
  [/1 to 10 buttons/, { components: [PLAIN, buttons()] }],
  [/must not mix/, { components: [PLAIN, buttons(reply("1"), URL_BUTTON, reply("2"))] }],
  [/two buttons of type URL/, { components: [PLAIN, buttons(URL_BUTTON, URL_BUTTON, URL_BUTTON)] }],
  [/buttons\[0\].text must have 1 to 25/, { components: [PLAIN, buttons(reply("a".repeat(26)))] }],
  [/at its end/, { components: [PLAIN, buttons({ ...URL_BUTTON, url: "https://{{1}}.example.com" })] }],
  [/whole address/, { components: [PLAIN, buttons({ ...URL_BUTTON, example: undefined })] }],
  [
    /phone_number must have/,
    { components: [PLAIN, buttons({ type: "PHONE_NUMBER", text: "Call", phone_number: "x" })] },
  ],
  [/2 to 10 cards/, { components: [PLAIN, { type: "CAROUSEL", cards: [card()] }] }],
  [
    /cards\[1\] must have a header/,
    { components: [PLAIN, { type: "CAROUSEL", cards: [card(), { components: [PLAIN] }] }] },
  ],
  [
    /cards must all have the same/,
    { components: [PLAIN, { type: "CAROUSEL", cards: [card(), card(buttons(reply("Buy")))] }] },
  ],
  [
    /cards\[0\].components\[1\].text must have 1 to 160/,
    {
      components: [
        PLAIN,
        {
          type: "CAROUSEL",
          cards: [{ components: [IMAGE, { type: "BODY", text: "a ".repeat(81) }] }, card()],
        },
      ],
    },
  ],
  [/type OTP/, { category: "authentication", components: [{ type: "BODY" }] }],
  [/authentication templates is Meta's/, { category: "authentication", components: [PLAIN, OTP] }],
  [
    /1 to 90/,
    {
      category: "authentication",
      components: [{ type: "BODY" }, { type: "FOOTER", code_expiration_minutes: 91 }, OTP],
    },
  ],
  [/30 to 43200/, { components: [PLAIN], ttl: 10 }],
  [/43200 to 2592000/, { category: "marketing", components: [PLAIN], ttl: 60 }],
];

test("what breaks a rule is named with its path", async () => {
  for (const [problem, definition] of BAD)
    assert.match((await problemOf(definition)) ?? `no problem: ${JSON.stringify(definition)}`, problem);
});
