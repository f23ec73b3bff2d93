import assert from "node:assert/strict";
import type pg from "pg";
import { stories } from "../../support/story.ts";

const story = stories();

const MEDIA = "0190a000-0000-7000-8000-000000000001";
const text = (value: string, name?: string) => ({
  type: "text",
  text: value,
  ...(name && { parameter_name: name }),
});
const body = (...parameters: object[]) => ({ type: "body", parameters });
const header = (type: string, value: unknown) => ({ type: "header", parameters: [{ type, [type]: value }] });
const button = (index: number, sub_type: string, type: string, value: unknown) => ({
  type: "button",
  sub_type,
  index: `${index}`,
  parameters: [{ type, [type]: value }],
});
const buttons = (...list: object[]) => ({ type: "BUTTONS", buttons: list });

const POSITIONAL = { type: "BODY", text: "Hi {{1}}, order {{2}} for {{1}}" };
const NAMED = [
  { type: "HEADER", format: "TEXT", text: "For {{first_name}}" },
  { type: "BODY", text: "Order {{order}} has shipped, {{first_name}}." },
  { type: "FOOTER", text: "The shop" },
];
const image = { type: "HEADER", format: "IMAGE" };
const plain = { type: "body", text: "Hello" };
const url = buttons({ type: "QUICK_REPLY", text: "Yes" }, { type: "URL", url: "https://a.example/{{1}}" });
const otp = [
  { type: "BODY", add_security_recommendation: true },
  buttons({ type: "OTP", otp_type: "COPY_CODE" }),
];
const otpOfMeta = [
  { type: "BODY", text: "*{{1}}* is your code.", add_security_recommendation: true },
  buttons({ type: "URL", text: "Copy", url: "https://www.whatsapp.com/otp/code/?code=otp{{1}}" }),
];
const offer = { type: "LIMITED_TIME_OFFER", limited_time_offer: { text: "Ends soon", has_expiration: true } };
const card = {
  components: [{ type: "HEADER", format: "IMAGE" }, { type: "BODY", text: "Buy {{1}}" }, url],
};
const carousel = { type: "CAROUSEL", cards: [card, card] };
const BUTTONS = buttons(
  { type: "URL", url: "https://a.example/{{1}}" },
  { type: "QUICK_REPLY" },
  { type: "COPY_CODE" },
  { type: "FLOW" },
);
const call = (type: string) => buttons({ type });

type Case = [what: string, template: object[], parameters: unknown, components: object[], mediaId?: string];

const FILLED: Case[] = [
  ["nothing to fill", [plain, { type: "FOOTER", text: "Bye" }, call("PHONE_NUMBER")], null, []],
  ["values in a list", [POSITIONAL], { body: ["Ann", 7] }, [body(text("Ann"), text("7"))]],
  ["values by number", [POSITIONAL], { "2": "A-1", "1": "Ann" }, [body(text("Ann"), text("A-1"))]],
  [
    "values in another order",
    [{ type: "BODY", text: "{{2}} for {{1}}" }],
    { body: ["Ann", "A-1"] },
    [body(text("Ann"), text("A-1"))],
  ],
  ["one value", [{ type: "BODY", text: "{{name}}!" }], { body: "Ann" }, [body(text("Ann", "name"))]],
  [
    "values by name, in the header and the body",
    NAMED,
    { first_name: "Ann", body: { order: "A-1" } },
    [
      { type: "header", parameters: [text("Ann", "first_name")] },
      body(text("A-1", "order"), text("Ann", "first_name")),
    ],
  ],
  [
    "a currency of the Graph API",
    [{ type: "BODY", text: "{{1}}" }],
    { body: [{ type: "currency", currency: { fallback_value: "€ 5", code: "EUR", amount_1000: 5000 } }] },
    [body({ type: "currency", currency: { fallback_value: "€ 5", code: "EUR", amount_1000: 5000 } })],
  ],
  ["our file", [image], { header: MEDIA }, [header("image", {})], MEDIA],
  [
    "our file with a name",
    [{ type: "HEADER", format: "DOCUMENT" }],
    { header: { media_id: MEDIA, filename: "a.pdf" } },
    [header("document", { filename: "a.pdf" })],
    MEDIA,
  ],
  [
    "an address",
    [image],
    { header: "https://a.example/1.png" },
    [header("image", { link: "https://a.example/1.png" })],
  ],
  ["Meta's file", [image], { header: { id: "123" } }, [header("image", { id: "123" })]],
  [
    "a location",
    [{ type: "HEADER", format: "LOCATION" }],
    { header: { latitude: 52.5, longitude: 13.4, name: "Shop" } },
    [header("location", { latitude: 52.5, longitude: 13.4, name: "Shop" })],
  ],
  [
    "the end of an address, and a payload",
    [plain, url],
    { buttons: ["yes", "A-17?x=1"] },
    [button(0, "quick_reply", "payload", "yes"), button(1, "url", "text", "A-17?x=1")],
  ],
  ["a button by its number", [plain, url], { buttons: { "1": 17 } }, [button(1, "url", "text", "17")]],
  [
    "a coupon",
    [call("COPY_CODE")],
    { buttons: ["SAVE20"] },
    [button(0, "copy_code", "coupon_code", "SAVE20")],
  ],
  ["a flow without a token", [call("FLOW")], {}, [button(0, "flow", "action", { flow_token: "unused" })]],
  [
    "a flow with data",
    [call("FLOW")],
    { buttons: [{ flow_token: "t", flow_action_data: { a: 1 } }] },
    [button(0, "flow", "action", { flow_token: "t", flow_action_data: { a: 1 } })],
  ],
  ["a catalog", [call("CATALOG")], {}, []],
  ["a code", otp, { code: "123456" }, [body(text("123456")), button(0, "url", "text", "123456")]],
  [
    "a code in the body",
    otpOfMeta,
    { body: [123456] },
    [body(text("123456")), button(0, "url", "text", "123456")],
  ],
  [
    "an offer",
    [offer, plain],
    { offer_expires_at: "2026-01-31T19:00:00+01:00" },
    [
      {
        type: "limited_time_offer",
        parameters: [
          {
            type: "limited_time_offer",
            limited_time_offer: { expiration_time_ms: Date.parse("2026-01-31T18:00:00Z") },
          },
        ],
      },
    ],
  ],
  [
    "cards",
    [POSITIONAL, carousel],
    {
      body: ["Ann", "A-1"],
      cards: ["tea", "cups"].map((name) => ({
        header: { id: "1" },
        body: [name],
        buttons: [null, name],
      })),
    },
    [
      body(text("Ann"), text("A-1")),
      {
        type: "carousel",
        cards: ["tea", "cups"].map((name, card_index) => ({
          card_index,
          components: [header("image", { id: "1" }), body(text(name)), button(1, "url", "text", name)],
        })),
      },
    ],
  ],
];

async function fill(db: pg.PoolClient, template: object[], parameters: unknown) {
  const { rows } = await db.query("select * from app_hidden.fill_template($1, $2)", [
    JSON.stringify(template),
    JSON.stringify(parameters),
  ]);
  return rows[0];
}

for (const [what, template, parameters, components, mediaId] of FILLED)
  story(`a template is filled with ${what}`, async (db) => {
    const filled = await fill(db, template, parameters);
    assert.deepEqual(filled, { components, media_id: mediaId ?? null, problem: null });
    const { rows } = await db.query(
      `select app_hidden.check_message_content('template', jsonb_build_object(
         'name', 'a', 'language', jsonb_build_object('code', 'en'), 'components', $1::jsonb), $2)`,
      [JSON.stringify(components), mediaId !== undefined],
    );
    assert.equal(rows.length, 1);
  });

const WRONG: [template: object[], parameters: unknown, problem: string][] = [
  [[POSITIONAL], [], "parameters must be an object"],
  [[POSITIONAL], {}, "parameters.body.1 must be given"],
  [[POSITIONAL], { body: ["Ann"] }, "parameters.body.2 must be given"],
  [[POSITIONAL], { body: ["a", "b", "c"] }, "parameters.body.3 must not be given"],
  [[POSITIONAL], { "1": "a", "2": "b", name: "c" }, "parameters.name must not be given"],
  [[POSITIONAL], { body: ["a", "b"], header: "c" }, "parameters.header must not be given"],
  [[POSITIONAL], { body: ["a", "b\nc"] }, "parameters.body.2 must not contain line breaks"],
  [[POSITIONAL], { body: ["a\tb", "c"] }, "parameters.body.1 must not contain line breaks"],
  [[POSITIONAL], { body: ["a     b", "c"] }, "parameters.body.1 must not contain line breaks"],
  [[POSITIONAL], { body: [" ", "c"] }, "parameters.body.1 must not be empty"],
  [[POSITIONAL], { body: ["\u00a0\u200b\u2003\u3164", "c"] }, "parameters.body.1 must not be empty"],
  [[POSITIONAL], { body: [null, "c"] }, "parameters.body.1 must not be empty"],
  [[POSITIONAL], { body: [["a"], "c"] }, "parameters.body.1 must be a text"],
  [[POSITIONAL, plain], { body: ["a", "b".repeat(1100)] }, "parameters.body must have at most 1024"],
  [NAMED, { first_name: "a".repeat(60), order: "b" }, "parameters.header must have at most 60"],
  [[BUTTONS], { buttons: [["a"]] }, "parameters.buttons[0] must be a text"],
  [[BUTTONS], { buttons: ["a", {}] }, "parameters.buttons[1] must be a text"],
  [[BUTTONS], { buttons: ["a", "b", ["c"]] }, "parameters.buttons[2] must be a text"],
  [[BUTTONS], { buttons: ["a", "b", "c", ["d"]] }, "parameters.buttons[3] must be a text"],
  [
    [BUTTONS],
    { buttons: ["a", "b", "c", { flow_token: {} }] },
    "parameters.buttons[3].flow_token must be a text",
  ],
  [[image], {}, "parameters.header must be given: the header is of format image"],
  [[image], { header: { media_id: "x" } }, "parameters.header.media_id must be the id of a file"],
  [[image], { header: { media_id: MEDIA, id: "1" } }, "parameters.header must have one of media_id"],
  [[image], { header: {} }, "parameters.header: exactly one of id and link"],
  [[{ type: "HEADER", format: "LOCATION" }], { header: {} }, "parameters.header: "],
  [[plain, url], {}, "parameters.buttons[1] must be given"],
  [[plain, url], { buttons: [null, "a b"] }, "parameters.buttons[1] must not contain spaces"],
  [[plain, url], { buttons: { "2": "a" } }, "parameters.buttons[2] must not be given"],
  [[plain, url], { buttons: "a" }, "parameters.buttons must be a list"],
  [[call("PHONE_NUMBER")], { buttons: ["a"] }, "parameters.buttons[0] must not be given"],
  [[call("COPY_CODE")], {}, "parameters.buttons[0] must be given"],
  [[call("COPY_CODE")], { buttons: ["A".repeat(21)] }, "parameters.buttons[0] must have at most 20"],
  [[call("MPM")], { buttons: [] }, "parameters.buttons[0] must be given"],
  [otp, {}, "parameters.body.1 must be given"],
  [otp, { code: "1".repeat(16) }, "parameters.buttons[0] must have at most 15"],
  [[offer], {}, "parameters.offer_expires_at must be a time"],
  [[offer], { offer_expires_at: "2026-01-31T00:00:00+99:00" }, "parameters.offer_expires_at must be a time"],
  [[offer], { offer_expires_at: "2026-02-31T00:00:00Z" }, "parameters.offer_expires_at must be a time"],
  [[carousel], {}, "parameters.cards must be a list of 2 cards"],
  [
    [carousel],
    { cards: [{ header: MEDIA, body: "a", buttons: [null, "b"] }, {}] },
    "parameters.cards[0].header must",
  ],
  [[carousel], { cards: [{ header: { id: "1" } }, {}] }, "parameters.cards[0].body.1 must be given"],
];

story("parameters that do not fit the template are named", async (db) => {
  for (const [template, parameters, problem] of WRONG) {
    const filled = await fill(db, template, parameters);
    assert.ok(filled.problem?.startsWith(problem), `${filled.problem} instead of ${problem}`);
  }
});

story("the preview is what the customer reads", async (db) => {
  const preview = async (template: object[], components: unknown) =>
    (
      await db.query("select app_hidden.template_preview($1, $2) as preview", [
        JSON.stringify(template),
        JSON.stringify(components),
      ])
    ).rows[0].preview;
  const filled = await fill(db, NAMED, { first_name: "{{order}}", order: "A-1" });
  assert.equal(
    await preview(NAMED, filled.components),
    "For {{order}}\nOrder A-1 has shipped, {{order}}.\nThe shop",
  );
  const cards = [POSITIONAL, carousel];
  assert.equal(
    await preview(cards, FILLED.find(([what]) => what === "cards")![3]),
    "Hi Ann, order A-1 for Ann\n[image]\nBuy tea\n[image]\nBuy cups",
  );
  assert.equal(await preview(otp, [body(text("123"))]), "123");
  assert.equal(
    await preview([{ type: "BODY", text: "{{2}} for {{1}}" }], [body(text("Ann"), text("A-1"))]),
    "A-1 for Ann",
  );
  assert.equal(await preview([POSITIONAL], []), POSITIONAL.text);
  assert.equal(await preview([], []), null);
});

story("a message is prepared once and personalized for each contact", async (db) => {
  const message = async (parameters: object, variables: object) => {
    const { rows } = await db.query(
      `select f.*
       from app_hidden.prepare_template_message(
         jsonb_populate_record(null::app_public.templates, $1), $2
       ) m,
       app_hidden.personalize_template_message(m, $3) f`,
      [
        { name: "shipped", language: "en_US", components: [POSITIONAL, url] },
        JSON.stringify(parameters),
        variables,
      ],
    );
    return rows[0];
  };
  const parameters = {
    body: ["{{contact.name|there}}", "{{order}}"],
    buttons: [null, "{{order}}"],
  };
  assert.deepEqual(await message(parameters, { order: "A-1" }), {
    content: {
      name: "shipped",
      language: { code: "en_US" },
      components: [body(text("there"), text("A-1")), button(1, "url", "text", "A-1")],
    },
    preview: "Hi there, order A-1 for there",
    media_id: null,
    code: null,
    problem: null,
  });
  assert.equal((await message(parameters, {})).problem, "no value for order");
  assert.match((await message(parameters, { order: "a\nb" })).problem, /must not contain line breaks/);
  const refused = await message({}, {});
  assert.deepEqual([refused.code, refused.problem], ["PYCNT", "parameters.body.1 must be given"]);
});
