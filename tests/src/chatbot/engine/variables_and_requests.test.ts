import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { JsonObject } from "../../../../src/base/json/json.ts";
import type { HttpBody } from "../../../../src/chatbot/engine/request.ts";
import { chainOf, form, graphOf, Run } from "../build.ts";

const ask = (variable: string): [string, JsonObject] => ["question", { content: "?", variable }];
const bodyOf = (run: Run): HttpBody | null | undefined => run.effect("http_request")?.request.body;

describe("named variables are written, and automatic ones too", () => {
  test("of a question, an API, a form", () => {
    const run = new Run(
      chainOf({
        q: ask("name"),
        api: ["rest_api", { apiUrl: "https://x.example/", apiOutputVariable: "order" }],
        flow: ["whatsapp_flow", { whatsappFlowId: "1", flowOutputVariable: "booking" }],
        bye: [
          "message",
          {
            content:
              "{{name}} {{question_1.response}} {{order.id}} {{rest_api_1.data.id}} {{booking.day}} {{flow_1.response.day}}",
          },
        ],
      }),
    );
    run
      .start()
      .say("Ada")
      .respond(200, { id: 7 })
      .hear(form({ day: "Monday" }));
    assert.deepEqual(run.said, ["Ada Ada 7 7 Monday Monday"]);
  });

  test("the error variable, and the status", () => {
    const run = new Run(
      graphOf(
        {
          start: ["start"],
          api: ["rest_api", { apiUrl: "https://x.example/", apiMethod: "POST", apiErrorVariable: "why" }],
          m: ["message", { content: "{{why}} {{rest_api_1.error}} {{rest_api_1.status}}" }],
        },
        ["start > api", "api:error > m"],
      ),
    );
    run.start().respond(422, { message: "no seats" });
    assert.deepEqual(run.said, ["no seats no seats 422"]);
  });
});

test("one resolver: nested paths under automatic names, in messages, requests and conditions", () => {
  const run = new Run(
    graphOf(
      {
        start: ["start"],
        a: ["rest_api", { apiUrl: "https://x.example/" }],
        b: [
          "rest_api",
          {
            apiUrl: "https://x.example/{{rest_api_1.data.items[0].id}}",
            apiMethod: "POST",
            apiBody: '{"name":"{{rest_api_1.data.items[1].name}}"}',
          },
        ],
        c: [
          "condition",
          {
            conditionVar: "rest_api_1.data.items[0].id",
            conditionOp: "eq",
            conditionVal: "{{rest_api_2.data.first}}",
          },
        ],
        yes: ["message", { content: "{{rest_api_1.data.items[1].name}}" }],
      },
      ["start > a", "a:success > b", "b:success > c", "c:true > yes"],
    ),
  );
  run.start().respond(200, { items: [{ id: 11 }, { name: "Ada" }] });
  assert.equal(run.effect("http_request")?.request.url, "https://x.example/11");
  assert.deepEqual(bodyOf(run), { kind: "json", value: { name: "Ada" } });
  run.respond(200, { first: "11" });
  assert.deepEqual(run.said, ["Ada"]);
});

test("a text that looks like a sum is not calculated", () => {
  const date = "2025-12-01";
  const id = "0190aaaa-0000-4000-a716-446655440000";
  const run = new Run(
    chainOf({
      q: ask("id"),
      api: [
        "rest_api",
        {
          apiUrl: "https://x.example/2024/05/{{id}}",
          apiMethod: "POST",
          apiHeaders: { "X-Phone": "555-123" },
          apiBody: `{"date":"${date}","id":"{{id}}"}`,
        },
      ],
    }),
  );
  run.start().say(id);
  const request = run.effect("http_request")?.request;
  assert.equal(request?.url, `https://x.example/2024/05/${id}`);
  assert.deepEqual(request?.headers, [["X-Phone", "555-123"]]);
  assert.deepEqual(request?.body, { kind: "json", value: { date, id } });
});

describe("values are substituted in parsed leaves", () => {
  const hostile = 'a "quoted" \\ back\nline {{customer_phone}} & x=y';

  test("of a JSON body", () => {
    const run = new Run(
      chainOf({
        q: ask("v"),
        api: ["rest_api", { apiUrl: "https://x.example/", apiMethod: "POST", apiBody: '{"v":"<{{v}}>"}' }],
      }),
    );
    run.start({ customer_phone: "1" }).say(hostile);
    assert.deepEqual(bodyOf(run), { kind: "json", value: { v: `<${hostile}>` } });
  });

  test("of JSON inside JSON inside a form field", () => {
    const apiBody = JSON.stringify({ input_data: JSON.stringify({ request: { subject: "{{v}}" } }) });
    const run = new Run(
      chainOf({
        q: ask("v"),
        api: [
          "rest_api",
          {
            apiUrl: "https://x.example/",
            apiMethod: "POST",
            apiContentType: "application/x-www-form-urlencoded",
            apiBody,
          },
        ],
      }),
    );
    run.start().say(hostile);
    const body = bodyOf(run);
    assert.ok(body?.kind === "form");
    assert.deepEqual(JSON.parse(body.fields[0]?.[1] ?? ""), { request: { subject: hostile } });
  });

  test("of a form's initial data", () => {
    const run = new Run(
      chainOf({
        q: ask("v"),
        f: [
          "whatsapp_flow",
          {
            whatsappFlowId: "1",
            flowInitialScreen: "S",
            flowInitialData: { note: "{{v}}", deep: [{ n: "{{v}}" }] },
          },
        ],
      }),
    );
    run.start().say(hostile);
    const { parameters } = run.action<{ parameters: { flow_action_payload: JsonObject } }>();
    assert.deepEqual(parameters.flow_action_payload, {
      screen: "S",
      data: { note: hostile, deep: [{ n: hostile }] },
    });
  });

  test("of a URL's path and query, of a raw form body, of a header", () => {
    const run = new Run(
      chainOf({
        q: ask("v"),
        api: [
          "rest_api",
          {
            apiUrl: 'https://x.example/{{v}}?q={{v}}&f={"a":"{{v}}"}',
            apiHeaders: { "X-V": "{{v}}", "Content-Type": "application/x-www-form-urlencoded" },
            apiMethod: "POST",
            apiBody: "v={{v}}&w=1",
          },
        ],
      }),
    );
    run.start().say("a/b?c&d\r\nX-Evil: 1");
    const request = run.effect("http_request")?.request;
    assert.equal(request?.url, "https://x.example/a%2Fb%3Fc%26d%0D%0AX-Evil%3A%201");
    assert.deepEqual(request?.query, [
      ["q", "a/b?c&d\r\nX-Evil: 1"],
      ["f", '{"a":"a/b?c&d\\r\\nX-Evil: 1"}'],
    ]);
    assert.deepEqual(request?.headers[0], ["X-V", "a/b?c&d X-Evil: 1"]);
    assert.deepEqual(request?.body, { kind: "text", text: "v=a%2Fb%3Fc%26d%0D%0AX-Evil%3A%201&w=1" });
  });
});

test("a loop does not renumber automatic names", () => {
  const run = new Run(
    graphOf(
      { start: ["start"], first: ["question", { content: "1" }], second: ["question", { content: "2" }] },
      ["start > first", "first > second", "second > first"],
    ),
  );
  run.start().say("a").say("b").say("c").say("d");
  assert.equal(run.context.variables["question_1.response"], "c");
  assert.equal(run.context.variables["question_2.response"], "d");
});

test("success does not take the error exit, even where it is the only one", () => {
  const graph = graphOf(
    {
      start: ["start"],
      api: ["rest_api", { apiUrl: "https://x.example/" }],
      bad: ["message", { content: "bad" }],
    },
    ["start > api", "api:error > bad"],
  );
  const run = new Run(graph).start().respond(200, {});
  assert.deepEqual(run.path, ["start", "api"]);
  assert.equal(run.context.completionReason, "flow_completed");
});

test("a multipart body keeps the headers of authentication", () => {
  const run = new Run(
    chainOf({
      api: [
        "rest_api",
        {
          apiUrl: "https://x.example/",
          apiMethod: "POST",
          apiContentType: "multipart/form-data",
          apiHeaders: { "Content-Type": "multipart/form-data" },
          apiAuthType: "bearer",
          apiAuthToken: "{{t}}",
          apiBody: '{"a":"1"}',
        },
      ],
    }),
  );
  run.start({ t: "tok" });
  const request = run.effect("http_request")?.request;
  assert.deepEqual(request?.headers, [["Authorization", "Bearer tok"]]);
  assert.deepEqual(request?.body, { kind: "multipart", fields: [["a", "1"]] });
});

test("an empty array is empty, and a condition's variable may be a path", () => {
  const run = new Run(
    graphOf(
      {
        start: ["start"],
        c: ["condition", { conditionVar: "a.list", conditionOp: "is_empty" }],
        yes: ["message", { content: "yes" }],
      },
      ["start > c", "c:true > yes"],
    ),
  );
  assert.deepEqual(run.start({ a: { list: [] } }).said, ["yes"]);
});
