import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Json, JsonObject } from "../../../../src/base/json/json.ts";
import type { InboundMessage } from "../../../../src/chatbot/engine/context.ts";
import { chainOf, graphOf, Run, tap, text } from "../build.ts";

const asking = (data: JsonObject, variables: JsonObject = {}, settings = {}) =>
  new Run(
    chainOf({ q: ["question", { content: "?", variable: "v", ...data }], end: ["end"] }),
    settings,
  ).start(variables);

const typed: [type: string, data: JsonObject, said: string, value: Json | undefined][] = [
  ["text", {}, " hello ", "hello"],
  ["text", {}, "\u2067hello\u2069\u200b", "hello"],
  ["text", {}, "\u200b", undefined],
  ["text", { minLength: 3 }, "ab", undefined],
  ["text", { pattern: "^[A-Z]{2}\\d+$" }, "AB\u200d1\uff12", "AB12"],
  ["text", { maxLength: 3 }, "abcd", undefined],
  ["text", { pattern: "^[A-Z]{2}\\d+$" }, "ab12", "ab12"],
  ["text", { pattern: "^[A-Z]{2}\\d+$" }, "12", undefined],
  ["text", { pattern: "(a)\\1" }, "aaaa", undefined],
  ["number", {}, "12", 12],
  ["number", {}, "1.234,50", 1234.5],
  ["number", {}, "1,234.5", 1234.5],
  ["number", {}, "1.234.567", 1234567],
  ["number", {}, "3,5", 3.5],
  ["number", {}, "1.500", undefined],
  ["number", { decimalSign: "," }, "1.500", 1500],
  ["number", {}, "\u200e2\u200c5", 25],
  ["number", {}, "-4", -4],
  ["number", {}, "٤٢", 42],
  ["number", {}, "twelve", undefined],
  ["number", { min: 1, max: 9 }, "10", undefined],
  ["number", { min: 1, max: 9 }, "0", undefined],
  ["number", { isInteger: true }, "1.5", undefined],
  ["number", {}, "9".repeat(400), undefined],
  ["email", {}, "ada@example.com", "ada@example.com"],
  ["email", {}, "ada@example", undefined],
  ["email", {}, "mailto:ada@example.com\u200b", "ada@example.com"],
  ["email", {}, "a b@example.com", undefined],
  ["phone", {}, "+90 (555) 123-45-67", "+905551234567"],
  ["phone", {}, "0090 555 123 45 67", "+905551234567"],
  ["phone", { defaultCountryCode: "+90" }, "0555 123 45 67", "+905551234567"],
  ["phone", {}, "5551234567", "5551234567"],
  ["phone", {}, "123", undefined],
  ["phone", { defaultCountryCode: "44" }, "\u202a+44 (0)20 7946 0001\u202c", "+442079460001"],
  ["phone", {}, "call me", undefined],
  ["date", {}, "2026-03-05", "2026-03-05"],
  ["date", {}, "5.3.2026", "2026-03-05"],
  ["date", {}, "31/02/2026", undefined],
  ["date", {}, "tomorrow", undefined],
  ["date", {}, "\u200e\u0665/\u0663/\u0662\u0660\u0662\u0666", "2026-03-05"],
  ["date", {}, "2026\u201103\u201105", "2026-03-05"],
  ["date", { minDate: "today" }, "2026-03-01", undefined],
  ["date", { maxDate: "2026-03-04" }, "2026-03-05", undefined],
  ["time", {}, "9:05", "09:05"],
  ["time", {}, "14.30", "14:30"],
  ["time", {}, "2 pm", "14:00"],
  ["time", {}, "12:15 am", "00:15"],
  ["time", {}, "25:00", undefined],
  ["time", {}, "2:30\u202fPM", "14:30"],
  ["time", {}, "13 pm", undefined],
  ["time", {}, "noon", undefined],
  ["url", {}, "example.com/a", "https://example.com/a"],
  ["url", {}, "http://example.com", "http://example.com"],
  ["url", {}, "javascript:alert(1)", undefined],
  ["url", {}, "hello", undefined],
  ["url", {}, "\u2068example.com/\u0967\u200b", "https://example.com/\u0967"],
];
describe("typed answers", () => {
  for (const [questionType, data, said, value] of typed) {
    test(`${questionType} ${JSON.stringify(data)} "${said.slice(0, 20)}"`, () => {
      const run = asking({ questionType, ...data }).say(said);
      assert.equal(run.context.variables.v, value);
      assert.equal(run.context.status, value === undefined ? "waiting" : "completed");
    });
  }
});

test("a number that may be either of two is asked again, with the reason", () => {
  assert.deepEqual(asking({ questionType: "number" }).say("1.500").said, [
    "Please write that number without a separator: 1500, or 1.5.",
  ]);
  assert.deepEqual(asking({ questionType: "number", retryText: "Again?" }).say("1.500").said, ["Again?"]);
});

describe("answers that are not typed", () => {
  const location: InboundMessage = {
    id: null,
    type: "location",
    content: { latitude: "41", longitude: 29, name: "Home" },
  };
  const image: InboundMessage = { id: null, type: "image", content: { id: "m1", mime_type: "image/png" } };
  const card: InboundMessage = {
    id: null,
    type: "contacts",
    content: [{ phones: [{ phone: "+90 555", wa_id: "90555" }] }],
  };
  const cardWithoutId: InboundMessage = {
    id: null,
    type: "contacts",
    content: [{ phones: [{ phone: "+90 555 123" }] }],
  };
  const cases: [JsonObject, InboundMessage, Json | undefined][] = [
    [{ questionType: "location" }, location, { latitude: 41, longitude: 29, name: "Home" }],
    [{ questionType: "location" }, { ...location, content: { latitude: "north" } }, undefined],
    [{ questionType: "location" }, text("here"), undefined],
    [{ questionType: "media" }, image, { type: "image", id: "m1", mime_type: "image/png" }],
    [{ questionType: "file", mediaTypes: ["document"] }, image, undefined],
    [{ questionType: "media" }, text("later"), undefined],
    [{ questionType: "phone" }, card, "+90555"],
    [{ questionType: "phone" }, cardWithoutId, "+90555123"],
    [{ questionType: "phone" }, { ...card, content: [{}] }, undefined],
    [{ questionType: "rating", ratingMax: 3 }, tap("2"), 2],
    [{ questionType: "rating" }, text("5"), 5],
    [{ questionType: "rating" }, text("6"), undefined],
  ];
  for (const [data, message, value] of cases) {
    test(`${data.questionType} by ${message.type}: ${JSON.stringify(value)}`, () => {
      assert.deepEqual(asking(data).hear(message).context.variables.v, value);
    });
  }

  test("a skip word skips these too", () => {
    assert.equal(asking({ questionType: "location" }).say("skip").context.status, "completed");
    assert.equal(asking({ questionType: "media" }).say("skip").context.status, "completed");
    assert.equal(asking({ questionType: "buttons", buttons: ["A"] }).say("skip").context.status, "completed");
    assert.equal(asking({ questionType: "list" }).say("skip").context.variables.v, undefined);
  });
});

describe("what is sent", () => {
  test("a location request", () => {
    assert.deepEqual(asking({ questionType: "location", content: "" }).sent, [
      {
        type: "interactive",
        content: {
          type: "location_request_message",
          body: { text: "Please send your location." },
          action: { name: "send_location" },
        },
      },
    ]);
  });

  test("buttons: titles, header and footer are filled and cut", () => {
    const run = asking(
      {
        questionType: "buttons",
        headerText: "For {{name}}",
        footerText: "f".repeat(70),
        buttons: [{ id: 1, title: "Yes, {{name}}, by all means" }, { title: "" }, { id: "b", title: "No" }],
      },
      { name: "Ada" },
    );
    assert.deepEqual(run.sent[0]?.content, {
      type: "button",
      header: { type: "text", text: "For Ada" },
      body: { text: "?" },
      footer: { text: `${"f".repeat(59)}…` },
      action: {
        buttons: [
          { type: "reply", reply: { id: "1", title: "Yes, Ada, by all…" } },
          { type: "reply", reply: { id: "btn-1", title: "Option 2" } },
          { type: "reply", reply: { id: "b", title: "No" } },
        ],
      },
    });
  });

  test("more than three buttons are a list", () => {
    const run = asking({
      questionType: "buttons",
      buttons: ["Same title of twenty", "Same title of twenty", "C", "D"],
    });
    const { button, sections } = run.action<{
      button: string;
      sections: { title: string; rows: { title: string }[] }[];
    }>();
    assert.equal(button, "Choose");
    assert.deepEqual(
      sections[0]?.rows.map(({ title }) => title),
      ["Same title of twenty", "Same title of twenty", "C", "D"],
    );
  });

  const titlesOf = (run: Run) => {
    type Buttons = { buttons?: { reply: { title: string } }[]; sections?: { rows: JsonObject[] }[] };
    const { buttons, sections } = run.action<Buttons>();
    return buttons?.map(({ reply }) => reply.title) ?? sections?.flatMap(({ rows }) => rows);
  };

  test("two buttons with the same title are distinguished", () => {
    const buttons = [
      { id: "a", title: "Tea" },
      { id: "b", title: "Tea" },
    ];
    const run = asking({ questionType: "buttons", buttons });
    assert.deepEqual(titlesOf(run), ["Tea", "Tea (2)"]);
    assert.equal(run.hear(tap("b", "Tea (2)")).context.variables.v, "b");
  });

  test("buttons that would look alike are rows, which show the whole wording", () => {
    const buttons = ["I want to pay my bill today", "I want to pay my bill tomorrow"];
    const run = asking({ questionType: "buttons", buttons });
    assert.deepEqual(titlesOf(run), [
      { id: "btn-0", title: "I want to pay my bill…", description: buttons[0] },
      { id: "btn-1", title: "I want to pay my bill…", description: buttons[1] },
    ]);
    assert.equal(run.say(buttons[1] ?? "").context.variables.v, "btn-1");
    assert.equal(run.context.variables["question_1.title"], buttons[1]);
  });

  test("a title is shortened at a word; a row's own description stays", () => {
    const rows = [
      { title: "Deliver it to my neighbour's door", description: "Costs nothing" },
      { title: "Donaudampfschifffahrtsgesellschaft", description: "word ".repeat(20) },
    ];
    const run = asking({ questionType: "list", listSections: [{ rows }] });
    assert.deepEqual(titlesOf(run), [
      { id: "row-0", title: "Deliver it to my…", description: "Costs nothing" },
      { id: "row-1", title: "Donaudampfschifffahrtsg…", description: `${"word ".repeat(14).trim()}…` },
    ]);
  });

  test("a list in Turkish, where the author wrote no button", () => {
    const run = asking({ questionType: "list", listSections: [{ rows: ["A"] }] }, {}, { language: "tr" });
    assert.deepEqual(run.action(), {
      button: "Seçin",
      sections: [{ title: "Seçenekler", rows: [{ id: "row-0", title: "A" }] }],
    });
  });

  test("a text too long for a menu goes ahead of it; an empty one is the label", () => {
    const long = asking({ questionType: "buttons", content: "word ".repeat(300), buttons: ["A"] });
    assert.deepEqual(
      long.sent.map(({ type }) => type),
      ["text", "interactive"],
    );
    const empty = asking({ questionType: "buttons", content: "", label: "Menu", buttons: ["A"] });
    assert.deepEqual(empty.said, ["Menu"]);
  });
});

describe("dynamic menus", () => {
  const items = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      id: index + 1,
      name: `Item ${index + 1}`,
      description: "d",
    }));
  const list = { questionType: "list", dynamicListSource: "{{api.items}}", dynamicLabelField: "name" };
  type Action = { sections: { title: string; rows: { id: string; title: string }[] }[] };
  const rowsOf = (run: Run) => run.action<Action>().sections[0]?.rows.map(({ id }) => id);

  test("ten rows are one page", () => {
    assert.equal(rowsOf(asking(list, { api: { items: items(10) } }))?.length, 10);
  });

  test("more options are shown in pages, and a page does not count as an answer", () => {
    const run = asking(list, { api: { items: items(20) } });
    assert.deepEqual(rowsOf(run), ["1", "2", "3", "4", "5", "6", "7", "8", "__PAGE_NEXT__1"]);
    run.hear(tap("__PAGE_NEXT__1", "Next", "list_reply"));
    assert.deepEqual(rowsOf(run), [
      "9",
      "10",
      "11",
      "12",
      "13",
      "14",
      "15",
      "16",
      "__PAGE_PREV__0",
      "__PAGE_NEXT__2",
    ]);
    assert.equal(run.action<Action>().sections[0]?.title, "Page 2/3");
    run.hear(tap("__PAGE_NEXT__2", "Next", "list_reply"));
    assert.deepEqual(rowsOf(run), ["17", "18", "19", "20", "__PAGE_PREV__1"]);
    run.hear(tap("__PAGE_PREV__99", "?", "list_reply"));
    assert.equal(run.action<Action>().sections[0]?.title, "Page 3/3");
    assert.equal(run.say("2").context.variables.v, "2");
    assert.equal(run.context.variables["question_1.title"], "Item 2");
  });

  test("a number means a row that is shown", () => {
    const named = items(20).map(({ name }) => ({ name: `${name}!` }));
    const run = asking(list, { api: { items: named } })
      .hear(tap("__PAGE_NEXT__1", "Next", "list_reply"))
      .say("1");
    assert.equal(run.context.variables.v, "Item 9!");
  });

  test("labels, ids and plain items", () => {
    const run = asking(
      { questionType: "list", dynamicListSource: "l" },
      { l: [{ slug: 7, title: "T" }, { label: "L" }, "plain", 5, { id: 9, name: " " }] },
    );
    const { rows } = run.action<Action>().sections[0] ?? {};
    assert.deepEqual(
      rows?.map(({ id, title }) => `${id}=${title}`),
      ["7=T", "L=L", "plain=plain", "5=5", "9=9"],
    );
  });

  test("an item without text is not an option, and a repeated item is one option", () => {
    const soup = { id: 3, name: "Soup" };
    const untidy: Json[] = [
      null,
      "",
      " ",
      "\u200b",
      {},
      [],
      ["x"],
      { name: null },
      { name: {} },
      { title: "" },
      soup,
      "Tea",
    ];
    const run = asking(
      { questionType: "list", dynamicListSource: "l" },
      { l: [...untidy, "Tea ", { ...soup, price: 4 }, { id: 4, name: "Soup" }, 0, false] },
    );
    const { rows } = run.action<Action>().sections[0] ?? {};
    assert.deepEqual(
      rows?.map(({ id, title }) => `${id}=${title}`),
      ["3=Soup", "Tea=Tea", "4=Soup", "0=0", "false=false"],
    );
  });

  test("line breaks in what is listed become spaces", () => {
    const item = { id: "x", name: "Soup\r\nof the day ", description: "hot\n\nand fresh" };
    const run = asking({ questionType: "list", dynamicListSource: "l" }, { l: [item] });
    const [row] = run.action<Action>().sections[0]?.rows ?? [];
    assert.deepEqual(row, { id: "x", title: "Soup of the day", description: "hot and fresh" });
    assert.equal(run.say("Soup of the day").context.variables.v, "x");
  });

  test("listed items are data: a placeholder in them is not replaced and reveals nothing", () => {
    const item = { id: "x", name: "{{secret}}", description: "{{secret}}" };
    const run = asking(
      { questionType: "list", dynamicListSource: "l" },
      { l: [item, "{{secret}}"], secret: "s3cret" },
    );
    assert.deepEqual(run.action<Action>().sections[0]?.rows, [
      { id: "x", title: "{{secret}}", description: "{{secret}}" },
      { id: "{{secret}}", title: "{{secret}}" },
    ]);
  });

  test("buttons from a variable", () => {
    const run = asking({ questionType: "buttons", dynamicButtonsSource: "l" }, { l: ["A", "B"] });
    assert.equal(run.hear(tap("B")).context.variables.v, "B");
  });

  for (const [name, value] of [
    ["nothing", undefined],
    ["an empty list", []],
    ["no list", "x"],
  ] as [string, Json | undefined][]) {
    test(`${name} to choose from: any text is the answer`, () => {
      const run = asking(list, { api: value === undefined ? {} : { items: value } });
      assert.deepEqual(run.said, ["?\n\nPlease type your choice."]);
      assert.equal(run.say("anything").context.variables.v, "anything");
    });
  }

  test("thousands of items are not all turned into rows", () => {
    const run = asking(list, { api: { items: items(2000) } }, { maxVariablesSize: 10_000_000 });
    assert.deepEqual(run.logs, ["options_dropped 2000 items, 400 shown"]);
  });
});

test("a tap of an older menu counts by its title", () => {
  const run = asking({ questionType: "buttons", buttons: [{ id: "new", title: "Yes" }] });
  assert.equal(run.hear(tap("old", "Yes")).context.variables.v, "new");
});

test("an answered exit takes every answer that has no exit of its own", () => {
  const graph = graphOf(
    {
      start: ["start"],
      q: ["question", { content: "?", questionType: "buttons", buttons: ["A", "B"] }],
      a: ["end", { outcome: "a" }],
      other: ["end", { outcome: "other" }],
    },
    ["start > q", "q:btn-0 > a", "q:answered > other"],
  );
  assert.equal(new Run(graph).start().say("A").context.outcome, "a");
  assert.equal(new Run(graph).start().say("B").context.outcome, "other");
});

test("after a pause it is asked again, on its page", () => {
  const items = Array.from({ length: 20 }, (_, index) => `I${index}`);
  const run = asking({ questionType: "list", dynamicListSource: "l" }, { l: items }).hear(
    tap("__PAGE_NEXT__1", "Next", "list_reply"),
  );
  const before = run.context.waiting;
  run.give({ kind: "resume" });
  assert.equal(run.sent.length, 1);
  assert.deepEqual(run.context.waiting, before);
});
