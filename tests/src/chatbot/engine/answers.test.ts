import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { JsonObject } from "../../../../src/base/json/json.ts";
import type { Graph } from "../../../../src/chatbot/graph/graph.ts";
import { validateGraph } from "../../../../src/chatbot/validation/validate.ts";
import { chainOf, form, graphOf, Run, tap, text } from "../build.ts";

const ask = (variable: string): [string, JsonObject] => ["question", { content: "?", variable }];

describe("typed text at a menu", () => {
  const menu = (edges: string[]): Graph =>
    graphOf(
      {
        start: ["start"],
        menu: [
          "question",
          {
            questionType: "buttons",
            content: "Pick",
            variable: "v",
            maxAttempts: 2,
            retryText: "Again?",
            buttons: [
              { id: "x1", title: "📦 Sipariş İPTALİ" },
              { id: "x2", title: "Ödeme" },
            ],
          },
        ],
        one: ["message", { content: "one" }],
        two: ["message", { content: "two" }],
        other: ["message", { content: "other" }],
      },
      ["start > menu", "menu:x1 > one", "menu:x2 > two", ...edges],
    );

  const matches = [
    { typed: "X2", node: "two" },
    { typed: "odeme!", node: "two" },
    { typed: "siparis iptali", node: "one" },
    { typed: "SİPARİŞ İPTALİ", node: "one" },
    { typed: " 2. ", node: "two" },
  ];
  for (const { typed, node } of matches) {
    test(`"${typed}" means an option`, () => {
      assert.equal(new Run(menu([])).start().say(typed).path.at(-1), node);
    });
  }

  test("else it is asked again, so often, then by the exit for that", () => {
    const run = new Run(menu(["menu:invalid > other"])).start().say("what?");
    assert.deepEqual(run.said, ["Again?"]);
    assert.equal(run.sent[0]?.type, "interactive");
    assert.equal(run.say("still not").path.at(-1), "other");
  });

  test("without any exit the run ends, and says why", () => {
    const run = new Run(menu([])).start().say("what?").say("still not");
    assert.equal(run.context.completionReason, "invalid_answer");
  });

  test("a default exit takes it at once, and the text is kept", () => {
    const run = new Run(menu(["menu:default > other"])).start().say("what?");
    assert.equal(run.path.at(-1), "other");
    assert.equal(run.context.variables.v, "what?");
  });

  test("a plain exit takes it after the attempts", () => {
    const run = new Run(menu(["menu > other"])).start().say("what?");
    assert.equal(run.path.at(-1), "menu");
    assert.equal(run.say("no").path.at(-1), "other");
    assert.equal(run.context.variables.v, "no");
  });
});

describe("an event that is not an answer does not count as one", () => {
  for (const type of ["reaction", "edit", "system", "unsupported", "request_welcome"]) {
    test(`${type} changes nothing`, () => {
      const run = new Run(chainOf({ q: ask("v") })).start();
      const before = run.context;
      run.hear({ id: null, type, content: {} });
      assert.deepEqual([run.context, run.effects], [before, []]);
    });
  }

  for (const type of ["sticker", "image", "location", "contacts", "order"]) {
    test(`${type} gets one reply that it is not an answer, and never advances`, () => {
      const run = new Run(chainOf({ q: ask("v") })).start();
      run.hear({ id: null, type, content: type === "contacts" ? [] : {} });
      assert.equal(run.said.length, 1);
      run.hear({ id: null, type, content: {} });
      assert.deepEqual(run.effects, []);
      assert.deepEqual([run.path, run.context.variables.v], [["start", "q"], undefined]);
    });
  }

  test("a template's quick reply is its words, an old menu's button is none", () => {
    const run = new Run(chainOf({ q: ask("v"), r: ask("w") })).start();
    run.hear(tap("old"));
    assert.equal(run.path.at(-1), "q");
    run.hear({ id: null, type: "button", content: { payload: "p", text: "Yes please" } });
    assert.equal(run.context.variables.v, "Yes please");
  });
});

describe("waits expire, and an answer ends the wait", () => {
  test("a question expires with the session", () => {
    const run = new Run(chainOf({ q: ask("v") }), { sessionExpirySeconds: 60 }).start();
    assert.deepEqual(run.effect("set_timer")?.timer, {
      kind: "session_expiry",
      at: "2026-03-02T09:01:00.000Z",
    });
    run.ring();
    assert.deepEqual([run.context.status, run.context.completionReason], ["expired", "timeout"]);
  });

  test("its own timeout takes its exit", () => {
    const graph = graphOf(
      {
        start: ["start"],
        q: ["question", { content: "?", timeoutSeconds: 30 }],
        late: ["message", { content: "late" }],
      },
      ["start > q", "q:timeout > late"],
    );
    assert.deepEqual(new Run(graph).start().ring().said, ["late"]);
  });

  test("the form's expiry ends when the form comes back", () => {
    const run = new Run(chainOf({ f: ["whatsapp_flow", { whatsappFlowId: "1" }], q: ask("v") })).start();
    const expiry = run.context.waiting?.timer;
    assert.deepEqual(expiry, { kind: "flow_expiry", at: "2026-03-02T09:10:00.000Z" });
    run.hear(form({}));
    run.give({ kind: "timer" }, expiry?.at);
    assert.equal(run.context.status, "waiting");
  });
});

test("İPTAL is a skip word", () => {
  for (const word of ["İPTAL", "iptal", "VAZGEÇ", "vazgec", "Atla", "SKIP", "cancel"]) {
    const run = new Run(chainOf({ q: ask("v"), m: ["message", { content: "on" }] })).start().say(word);
    assert.deepEqual([run.said, run.context.variables.v], [["on"], undefined], word);
  }
});

test("ids that repeat across sections stay apart, and are reported", () => {
  const rows = (title: string) => [{ id: "row-0", title }];
  const graph = chainOf({
    q: [
      "question",
      {
        questionType: "list",
        content: "?",
        variable: "v",
        listSections: [
          { title: "A", rows: rows("First") },
          { title: "B", rows: rows("Second") },
        ],
      },
    ],
    m: ["message", { content: "{{question_1.title}}" }],
  });
  const run = new Run(graph).start();
  const action = run.action<{ sections: { rows: { id: string }[] }[] }>();
  assert.deepEqual(
    action.sections.map(({ rows }) => rows[0]?.id),
    ["row-0", "row-0~2"],
  );
  assert.deepEqual(run.hear(tap("row-0~2", "Second", "list_reply")).said, ["Second"]);
  assert.deepEqual(
    validateGraph(graph).map(({ code }) => code),
    ["duplicate_option_id"],
  );
});

test("a text that looks like a skip word is an option first", () => {
  const graph = graphOf(
    {
      start: ["start"],
      q: ["question", { questionType: "buttons", content: "?", buttons: ["İptal", "Devam"] }],
      c: ["message", { content: "cancelled" }],
    },
    ["start > q", "q:btn_0 > c"],
  );
  assert.deepEqual(new Run(graph).start().hear(text("iptal")).said, ["cancelled"]);
});
