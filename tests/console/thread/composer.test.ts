import assert from "node:assert/strict";
import { test } from "node:test";
import { renderTemplate } from "../../../console/thread/bubble/rendered_template.ts";
import {
  type InteractiveForm,
  interactiveContent,
} from "../../../console/thread/composer/interactive_content.ts";
import { ordersOf } from "../../../console/thread/composer/orders.ts";
import {
  fieldsOf,
  isComplete,
  parametersOf,
  previewOf,
} from "../../../console/thread/composer/template_values.ts";
import { mentionedIn, replaceTrigger, triggerAt } from "../../../console/thread/composer/trigger.ts";
import { mondayMorning, toLocalInput, tomorrowMorning } from "../../../console/thread/moments.ts";
import { formatDay, formatLeft, formatLength } from "../../../console/thread/times.ts";

test("a sign at the beginning of a word opens a list", () => {
  const queryAt = (text: string, signs = "/") => triggerAt(text, text.length, signs)?.query ?? null;
  assert.deepEqual(
    ["/", "/ho", "hi /ho", "hi\n/x", "and/or", "https://x", "/ho us", "@ad"].map((text) => queryAt(text)),
    ["", "ho", "ho", "x", null, null, null, null],
  );
  assert.equal(queryAt("ask @Ad", "@"), "Ad");
  const trigger = triggerAt("hi /ho", 6, "/")!;
  assert.deepEqual(replaceTrigger("hi /ho!", trigger, "Hours"), { text: "hi Hours!", caret: 8 });
});

test("the members who are named in a note are mentioned", () => {
  const members = [
    { id: "1", name: "Ada" },
    { id: "2", name: "Ada Lovelace" },
    { id: "3", name: "Bo" },
  ];
  assert.deepEqual(mentionedIn("@Ada Lovelace, see this", members), ["2"]);
  assert.deepEqual(mentionedIn("@Ada and @Ada Lovelace, Bo", members), ["2", "1"]);
});

test("files and text become messages: the text is the caption of the first file that can have one", () => {
  const head = { id: "c" };
  const written = { head, isNote: false, text: " hello ", stored: [], quoted: null, mentioned: [] };
  const inputs = (change: object) => ordersOf({ ...written, ...change }).map(({ order }) => order.input);
  const image = { id: "m1", type: "image", isVoice: false } as const;
  const voice = { id: "m2", type: "audio", isVoice: true } as const;
  assert.deepEqual(inputs({}), [{ conversationId: "c", content: { body: "hello" } }]);
  assert.deepEqual(inputs({ stored: [voice, image], quoted: { id: "q" } }), [
    { conversationId: "c", type: "audio", mediaId: "m2", content: {}, replyToId: "q" },
    { conversationId: "c", type: "image", mediaId: "m1", content: { caption: "hello" } },
  ]);
  assert.deepEqual(inputs({ stored: [voice] }), [
    { conversationId: "c", content: { body: "hello" } },
    { conversationId: "c", type: "audio", mediaId: "m2", content: {} },
  ]);
  assert.deepEqual(inputs({ isNote: true, mentioned: ["u"] }), [
    { conversationId: "c", body: "hello", mentionedUserIds: ["u"] },
  ]);
});

test("a template asks for what it needs, is drawn with it, and is sent with it", () => {
  const components = [
    { type: "HEADER", format: "TEXT", text: "Order {{1}}" },
    { type: "BODY", text: "Hello {{2}}, {{1}} is ready." },
    { type: "FOOTER", text: "Corner Café" },
    {
      type: "BUTTONS",
      buttons: [
        { type: "QUICK_REPLY", text: "Later" },
        { type: "URL", text: "Track", url: "https://example.com/{{1}}" },
      ],
    },
  ];
  assert.deepEqual(
    fieldsOf(components).map(({ key }) => key),
    ["header.1", "body.2", "body.1", "button.1"],
  );
  const values = { "header.1": "A-17", "body.1": "your cake", "body.2": "Ada", "button.1": "A17" };
  assert.deepEqual([isComplete(components, {}), isComplete(components, values)], [false, true]);
  assert.deepEqual(parametersOf(components, values), {
    header: ["A-17"],
    body: ["your cake", "Ada"],
    buttons: [null, "A17"],
  });
  const { header, body, buttons } = renderTemplate(components, previewOf(components, values));
  assert.deepEqual(
    [header, body, buttons[1]?.detail],
    [{ kind: "text", text: "Order A-17" }, "Hello Ada, your cake is ready.", "https://example.com/A17"],
  );
  assert.equal(renderTemplate(components, previewOf(components, {})).body, "Hello {{2}}, {{1}} is ready.");

  const named = [{ type: "BODY", text: "Hi {{first_name}}" }];
  assert.deepEqual(parametersOf(named, { "body.first_name": "Ada" }), { body: { first_name: "Ada" } });
  const code = [
    { type: "BODY", text: "{{1}} is your code" },
    { type: "BUTTONS", buttons: [{ type: "OTP", text: "Copy" }] },
  ];
  assert.deepEqual(parametersOf(code, { "body.1": "4711" }), { code: "4711" });
  const photo = [
    { type: "HEADER", format: "IMAGE" },
    { type: "BODY", text: "Look" },
  ];
  assert.deepEqual(parametersOf(photo, { "header.file": "m" }), { header: "m" });
});

test("a message with choices has what Meta asks for, or is not ready", () => {
  const form: InteractiveForm = {
    kind: "button",
    header: "",
    body: "Tomorrow?",
    footer: "",
    opener: "",
    rows: [
      { title: "Yes", about: "" },
      { title: " ", about: "" },
    ],
  };
  assert.deepEqual(interactiveContent(form), {
    type: "button",
    body: { text: "Tomorrow?" },
    action: { buttons: [{ type: "reply", reply: { id: "choice-1", title: "Yes" } }] },
  });
  assert.equal(interactiveContent({ ...form, body: " " }), null);
  assert.equal(interactiveContent({ ...form, rows: [form.rows[0]!, form.rows[0]!] }), null);
  assert.equal(interactiveContent({ ...form, kind: "list" }), null);
  assert.deepEqual(
    interactiveContent({ ...form, kind: "list", opener: "Show", rows: [{ title: "A", about: "first" }] }),
    {
      type: "list",
      body: { text: "Tomorrow?" },
      action: {
        button: "Show",
        sections: [{ rows: [{ id: "choice-1", title: "A", description: "first" }] }],
      },
    },
  );
});

test("days, lengths and moments are said as people say them", () => {
  const now = new Date(2026, 10, 28, 12);
  const on = (...[year, month, day]: [number, number, number]) => new Date(year, month, day, 9).toISOString();
  assert.deepEqual(
    [on(2026, 10, 28), on(2026, 10, 27), on(2026, 10, 24), on(2026, 9, 1), on(2025, 9, 1)].map((at) =>
      formatDay(at, now, "en"),
    ),
    ["Today", "Yesterday", "Tuesday", "Thursday 1 October", "Wednesday, 1 October 2025"],
  );
  assert.equal(formatDay(on(2026, 10, 27), now, "tr"), "Dün");
  assert.deepEqual([formatLength(187), formatLength(Number.NaN)], ["3:07", "0:00"]);
  assert.deepEqual([formatLeft(59_000, "en"), formatLeft(7_260_000, "en")], ["1 min", "2 hrs 1 min"]);
  assert.equal(toLocalInput(tomorrowMorning(now)), "2026-11-29T09:00");
  assert.equal(toLocalInput(mondayMorning(now)), "2026-11-30T09:00");
  assert.equal(toLocalInput(mondayMorning(new Date(2026, 10, 30))), "2026-12-07T09:00");
});
