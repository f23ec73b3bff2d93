import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Graph } from "../../../../src/chatbot/graph/graph.ts";
import { indexGraph } from "../../../../src/chatbot/graph/graph_index.ts";
import { draftVersion } from "../../../../src/chatbot/graph/version.ts";
import { NODE_KINDS } from "../../../../src/chatbot/nodes/registry.ts";
import { httpStub } from "../../../../src/chatbot/simulation/http_stub.ts";
import { simulate } from "../../../../src/chatbot/simulation/simulate.ts";
import { chainOf, graphOf, NOW, type NodeSpec, Run, tap } from "../build.ts";

/** What existing files of the exchange format rely on. Node kinds have theirs with the node. */

test("the type is `type`, and where that is empty `data.type`", () => {
  const graph = chainOf({
    a: ["", { type: "message", content: "a" }],
    b: ["message", { type: "question", content: "b" }],
  });
  assert.deepEqual(new Run(graph).start().said, ["a", "b"]);
});

describe("exits", () => {
  const path = (edges: string[], answer: string): string | undefined => {
    const nodes: { [id: string]: NodeSpec } = {
      start: ["start"],
      q: ["question", { content: "?", questionType: "buttons", buttons: ["A", "B"] }],
      x: ["end"],
      y: ["end"],
      z: ["end"],
    };
    return new Run(graphOf(nodes, ["start > q", ...edges])).start().hear(tap(answer)).path.at(-1);
  };

  test("the exact handle, then the plain or default one in the order drawn, then none", () => {
    assert.equal(path(["q > x", "q:btn-0 > y"], "btn-0"), "y");
    assert.equal(path(["q > x", "q:default > z"], "btn-1"), "x");
    assert.equal(path(["q:default > z", "q > x"], "btn-1"), "z");
    assert.equal(path(["q:btn-0 > y"], "btn-1"), "q");
  });

  test("without a handle: the first edge, whatever its name, but no error, timeout or invalid", () => {
    const nodes = { start: ["start"], m: ["message", { content: "m" }], x: ["end"], y: ["end"] } as const;
    assert.equal(new Run(graphOf(nodes, ["start > m", "m:error > x", "m:odd > y"])).start().path.at(-1), "y");
  });
});

test("btn-1 and btn_1 are the same button, in edges and in answers", () => {
  const graph = graphOf(
    {
      start: ["start"],
      q: ["question", { content: "?", questionType: "buttons", buttons: ["A", "B"], variable: "v" }],
      x: ["end"],
    },
    ["start > q", "q:btn_1 > x"],
  );
  for (const answer of ["btn-1", "btn_1"]) {
    const run = new Run(graph).start().hear(tap(answer));
    assert.deepEqual([run.path.at(-1), run.context.variables.v], ["x", "btn-1"]);
  }
});

test("where an author has both, they are two", () => {
  const buttons = [
    { id: "btn_1", title: "A" },
    { id: "btn-1", title: "B" },
  ];
  const graph = graphOf(
    {
      start: ["start"],
      q: ["question", { content: "?", questionType: "buttons", buttons }],
      a: ["end"],
      b: ["end"],
    },
    ["start > q", "q:btn-1 > b", "q:btn_1 > a"],
  );
  const ends = ["A", "B", "btn_1", "btn-1"].map((typed) => new Run(graph).start().say(typed).path.at(-1));
  assert.deepEqual(ends, ["a", "b", "a", "b"]);
});

test("a title that was cut is known whole too", () => {
  const title = "A title far too long for a button";
  for (const questionType of ["buttons", "list"]) {
    const run = new Run(
      chainOf({
        q: [
          "question",
          {
            content: "?",
            questionType,
            buttons: [{ id: "x", title }],
            listSections: [{ rows: [{ id: "x", title }] }],
            variable: "v",
          },
        ],
      }),
    );
    assert.equal(run.start().say(title.toUpperCase()).context.variables.v, "x");
  }
});

test("a path with JSONPath's `$.` before it", () => {
  const nodes = chainOf({
    api: [
      "rest_api",
      { apiUrl: "https://x.example/", apiResponsePath: "$.data[0].name", apiOutputVariable: "v" },
    ],
  });
  const stub = httpStub({ api: { body: { data: [{ name: "Ann" }] } } });
  assert.equal(simulate(draftVersion(nodes), [], { now: NOW, stub }).variables.v, "Ann");
});

test("the answer of a menu is the id", () => {
  const run = new Run(
    chainOf({
      q: [
        "question",
        { content: "?", questionType: "buttons", buttons: [{ id: "yes", title: "Yes!" }], variable: "v" },
      ],
    }),
  )
    .start()
    .say("yes!");
  assert.equal(run.context.variables.v, "yes");
});

test("only letters, digits, dots, underscores and brackets make a placeholder", () => {
  const run = new Run(chainOf({ m: ["message", { content: "{{a}} {{ a }} {{a-b}} {{a.b[0]}}" }] })).start({
    a: "1",
  });
  assert.deepEqual(run.said, ["1 {{ a }} {{a-b}} {{a.b[0]}}"]);
});

test("a skip word takes the default exit, else any", () => {
  const graph = (edges: string[]): Graph =>
    graphOf({ start: ["start"], q: ["question", { content: "?" }], d: ["end"], o: ["end"] }, [
      "start > q",
      ...edges,
    ]);
  assert.equal(new Run(graph(["q > o", "q:default > d"])).start().say("atla").path.at(-1), "d");
  assert.equal(new Run(graph(["q:timeout > d", "q:answered > o"])).start().say("atla").path.at(-1), "o");
});

describe("automatic names count in the builder's order", () => {
  const namesOf = (graph: Graph) => Object.fromEntries(indexGraph(graph, NODE_KINDS).names);

  test("topologically, not as written", () => {
    const graph = graphOf({ b: ["question"], a: ["question"], start: ["start"], api: ["rest_api"] }, [
      "start > a",
      "a > api",
      "api > b",
    ]);
    assert.deepEqual(namesOf(graph), { a: "question_1", api: "rest_api_1", b: "question_2" });
  });

  test("the same with a loop, and with unreachable nodes", () => {
    const graph = graphOf(
      {
        start: ["start"],
        a: ["question"],
        b: ["question"],
        lone: ["question"],
        l1: ["rest_api"],
        l2: ["rest_api"],
      },
      ["start > a", "a > b", "b > a", "b > start", "l1 > l2", "l2 > l1", "gone > a"],
    );
    const names = namesOf(graph);
    assert.deepEqual(
      [names.a, names.b].map((name) => name?.replace(/\d/, "")),
      ["question_", "question_"],
    );
    assert.ok(Number(names.a?.slice(-1)) < Number(names.b?.slice(-1)));
    assert.equal(Object.keys(names).length, 5);
  });

  test("calendar, form, model, callback", () => {
    const names = namesOf(
      chainOf({
        c: ["google_calendar"],
        f: ["whatsapp_flow"],
        ai: ["ai_reply"],
        w: ["wait_for_callback"],
        d: ["data_source"],
        m: ["message"],
      }),
    );
    assert.deepEqual(names, {
      c: "calendar_1",
      f: "flow_1",
      ai: "ai_1",
      w: "callback_1",
      d: "data_source_1",
    });
  });
});
