import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { GraphError } from "../../../sandbox/graph_error.ts";
import type { JsonObject } from "../../../sandbox/json.ts";
import { parseSend } from "../../../sandbox/outbound/parse.ts";

const envelope = { messaging_product: "whatsapp", to: "12025550110" };
const button = (id: string, title = id) => ({ type: "reply", reply: { id, title } });
const row = (id: string) => ({ id, title: `Row ${id}` });
const rows = (count: number) => Array.from({ length: count }, (_, index) => row(String(index)));

function buttons(...all: object[]): JsonObject {
  const interactive = { type: "button", body: { text: "Choose" }, action: { buttons: all } };
  return { type: "interactive", interactive };
}

function list(...sections: object[]): JsonObject {
  const action = { button: "Open", sections };
  return { type: "interactive", interactive: { type: "list", body: { text: "Choose" }, action } };
}

function text(body: unknown): JsonObject {
  return { type: "text", text: { body } };
}

function codeOf(message: JsonObject): number | undefined {
  try {
    parseSend({ ...envelope, ...message });
    return undefined;
  } catch (error) {
    assert.ok(error instanceof GraphError, String(error));
    return error.code;
  }
}

describe("what Meta takes", () => {
  const accepted: Record<string, JsonObject> = {
    "a text without a type": { text: { body: "Hello" } },
    "4096 characters, emoji counted once": text("😀".repeat(4096)),
    "3 buttons": buttons(button("a"), button("b"), button("c")),
    "10 rows in 2 sections": list({ title: "A", rows: rows(5) }, { title: "B", rows: [row("x"), row("y")] }),
    "an image by link": { type: "image", image: { link: "https://example.com/a.png", caption: "A" } },
    "a reaction taken back": { type: "reaction", reaction: { message_id: "wamid.x", emoji: "" } },
    "keys nobody knows": { ...text("Hello"), something_new: { a: 1 } },
  };
  for (const [name, message] of Object.entries(accepted)) {
    test(name, () => assert.equal(codeOf(message), undefined));
  }
});

describe("what Meta refuses", () => {
  const refused: Record<string, [number, JsonObject]> = {
    "no messaging_product": [131008, { ...text("Hello"), messaging_product: undefined }],
    "another messaging_product": [100, { ...text("Hello"), messaging_product: "sms" }],
    "a text of 4097 characters": [100, text("x".repeat(4097))],
    "a text of nothing": [100, text("")],
    "a text that is none": [100, text(7)],
    "a text without a body": [131008, { type: "text", text: {} }],
    "a type without its object": [131008, { type: "image" }],
    "a type nobody knows": [131051, { type: "hologram" }],
    "a type that is a name of Object.prototype": [131051, { type: "constructor" }],
    "no button": [131009, buttons()],
    "4 buttons": [131009, buttons(button("a"), button("b"), button("c"), button("d"))],
    "2 buttons of one id": [131009, buttons(button("a", "A"), button("a", "B"))],
    "2 buttons of one title": [131009, buttons(button("a", "A"), button("b", "A"))],
    "a button title of 21": [131009, buttons(button("a", "x".repeat(21)))],
    "11 rows": [131009, list({ title: "A", rows: rows(10) }, { title: "B", rows: [row("z")] })],
    "2 sections, one without a title": [131009, list({ title: "A", rows: [row("a")] }, { rows: [row("b")] })],
    "2 rows of one id": [131009, list({ rows: [row("a"), row("a")] })],
    "media with neither id nor link": [131009, { type: "image", image: {} }],
    "media with both": [131009, { type: "image", image: { id: "1", link: "https://example.com" } }],
    "a link that is no address of the web": [131009, { type: "video", video: { link: "file:///etc" } }],
    "a caption of 1025": [131009, { type: "image", image: { id: "1", caption: "x".repeat(1025) } }],
    "a place off the globe": [131009, { type: "location", location: { latitude: 91, longitude: 0 } }],
    "a contact with a formatted name only": [
      131009,
      { type: "contacts", contacts: [{ name: { formatted_name: "A B" } }] },
    ],
    "callback data of 513": [100, { ...text("Hello"), biz_opaque_callback_data: "x".repeat(513) }],
    "a group": [100, { ...text("Hello"), recipient_type: "group" }],
  };
  for (const [name, [code, message]] of Object.entries(refused)) {
    test(name, () => assert.equal(codeOf(message), code));
  }
});

test("the error names the parameter as Meta does", () => {
  assert.throws(
    () => parseSend({ ...envelope, ...buttons(button("a", "x".repeat(21))) }),
    (error: GraphError) =>
      error.details?.startsWith("Param interactive['action']['buttons'][0]['reply']['title']:") === true,
  );
});
