import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../../src/base/json/json.ts";
import type { OutboundMessage } from "../../../../src/chatbot/engine/effect.ts";
import { chainOf, Run } from "../build.ts";

const send = (data: JsonObject, variables: JsonObject = {}) =>
  new Run(chainOf({ m: ["message", data] })).start(variables);

const cases: { [name: string]: [JsonObject, OutboundMessage] } = {
  "a text": [{ content: "Hi {{name}}" }, { type: "text", content: { body: "Hi Ada" } }],
  "an unknown type is a text, as it always was": [
    { messageType: "fancy", content: "x" },
    { type: "text", content: { body: "x" } },
  ],
  "an image by link": [
    { messageType: "image", mediaUrl: "https://x.example/{{name}}.png", caption: "{{name}}" },
    { type: "image", content: { link: "https://x.example/Ada.png", caption: "Ada" } },
  ],
  "an image by id, with its content as the caption": [
    { messageType: "image", mediaId: 42, content: "c" },
    { type: "image", content: { id: "42", caption: "c" } },
  ],
  "a document": [
    { messageType: "document", mediaUrl: "https://x.example/a", filename: "a.pdf" },
    { type: "document", content: { link: "https://x.example/a", filename: "a.pdf" } },
  ],
  "an audio has no caption": [
    { messageType: "audio", mediaId: "1", caption: "c" },
    { type: "audio", content: { id: "1" } },
  ],
  "a location": [
    { messageType: "location", latitude: "{{lat}}", longitude: 29, name: "Here" },
    { type: "location", content: { latitude: 41.5, longitude: 29, name: "Here" } },
  ],
  contacts: [
    { messageType: "contacts", contacts: [{ name: { formatted_name: "{{name}}" } }] },
    { type: "contacts", content: [{ name: { formatted_name: "Ada" } }] },
  ],
  "a template by its name": [
    { messageType: "template", templateName: "hello" },
    { type: "template", content: { name: "hello", language: { code: "en" } } },
  ],
  "a template with components": [
    {
      messageType: "template",
      templateName: "hello",
      templateLanguage: "tr",
      templateComponents: [{ type: "body", parameters: [{ type: "text", text: "{{name}}" }] }],
    },
    {
      type: "template",
      content: {
        name: "hello",
        language: { code: "tr" },
        components: [{ type: "body", parameters: [{ type: "text", text: "Ada" }] }],
      },
    },
  ],
  "Meta's own template object": [
    { messageType: "template", template: { name: "x" } },
    { type: "template", content: { name: "x" } },
  ],
  "Meta's own interactive object": [
    { messageType: "interactive", interactive: { type: "cta_url", body: { text: "{{name}}" }, n: 1 } },
    { type: "interactive", content: { type: "cta_url", body: { text: "Ada" }, n: 1 } },
  ],
};
for (const [name, [data, expected]] of Object.entries(cases)) {
  test(name, () => assert.deepEqual(send(data, { name: "Ada", lat: 41.5 }).sent, [expected]));
}

test("a message without its main field sends its content, or nothing", () => {
  for (const messageType of ["image", "location", "contacts", "template", "interactive"]) {
    assert.deepEqual(send({ messageType, content: "instead" }).said, ["instead"], messageType);
    const run = send({ messageType });
    assert.deepEqual([run.sent, run.logs], [[], ["empty_message m"]]);
  }
});

test("a long text is several messages, cut between words", () => {
  const { said } = send({ content: "word ".repeat(1000) });
  assert.equal(said.length, 2);
  assert.ok(said.every((text) => text.length <= 4096 && !text.startsWith(" ")));
  assert.equal(said.join(" "), "word ".repeat(1000).trim());
});

test("an unresolved name stays visible, and is noted", () => {
  const run = send({ content: "Hi {{nobody.name}}" });
  assert.deepEqual([run.said, run.logs], [["Hi {{nobody.name}}"], ["unresolved_variable nobody.name"]]);
});

test("a value is never read as a template", () => {
  assert.deepEqual(send({ content: "{{a}}" }, { a: "{{b}}", b: "secret" }).said, ["{{b}}"]);
});

const displayed: [string, JsonObject[string], string][] = [
  ["numbers and no", { n: 0, no: false }, "n: 0\nno: false"],
  [
    "a list of things",
    [{ name: "A", description: "d", price: 5, stock: 2 }, { name: "B" }],
    "1. A - d, 5, Stock: 2\n2. B",
  ],
  ["a list without names", [{ x: 1 }], '1. {"x":1}'],
  ["a list of plain values", ["a", 2], "1. a\n2. 2"],
  ["an empty list", [], "(empty list)"],
  ["a named thing", { title: "T", price: 0 }, "T, 0"],
  ["hidden fields", { _id: 1, a: { b: 1 } }, 'a: {"b":1}'],
];
for (const [name, value, expected] of displayed) {
  test(`${name} in a message`, () =>
    assert.deepEqual(send({ content: "{{v}}" }, { v: value }).said, [expected]));
}

test("in Turkish", () => {
  const run = new Run(chainOf({ m: ["message", { content: "{{v}} {{e}}" }] }), { language: "tr" });
  assert.deepEqual(run.start({ v: [{ name: "A", price: 5, stock: 2 }], e: [] }).said, [
    "1. A, 5 TL, Stok: 2 (boş liste)",
  ]);
});
