import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Json, JsonObject } from "../../../../src/base/json/json.ts";
import type { HttpResult } from "../../../../src/chatbot/engine/event.ts";
import { chainOf, graphOf, Run } from "../build.ts";

const calling = (type: string, data: JsonObject, variables: JsonObject = {}, settings = {}) =>
  new Run(
    graphOf(
      {
        start: ["start"],
        n: [type, data],
        success: ["end", { outcome: "success" }],
        error: ["end", { outcome: "error" }],
      },
      ["start > n", "n:success > success", "n:error > error"],
    ),
    settings,
  ).start(variables);
const requestOf = (run: Run) => run.effect("http_request")?.request;
const failure = (reason: Extract<HttpResult, { kind: "failure" }>["reason"]): HttpResult => ({
  kind: "failure",
  reason,
  message: "",
  durationMs: 1,
});
const giveResult = (run: Run, result: HttpResult) => {
  const { waiting } = run.context;
  return run.give({
    kind: "http_result",
    requestId: waiting?.kind === "http" ? waiting.requestId : "",
    result,
  });
};

describe("rest_api", () => {
  const url = "https://x.example/";

  test("the request, and that it waits", () => {
    const run = calling(
      "rest_api",
      {
        apiUrl: "{{base}}/orders/{{id}}#top",
        apiMethod: "post",
        apiHeaders: { A: "{{id}}", B: null },
        apiQueryParams: { q: "{{id}}" },
        apiBody: '{"n": {{count}}, "m": {{none}}, "t": "{{count}}"}',
        apiTimeout: 5,
      },
      { base: "https://x.example/v1", id: "a b", count: 3 },
    );
    assert.deepEqual(requestOf(run), {
      target: { kind: "url" },
      method: "POST",
      url: "https://x.example/v1/orders/a%20b",
      query: [["q", "a b"]],
      headers: [["A", "a b"]],
      body: { kind: "json", value: { n: 3, m: null, t: "3" } },
      timeoutMs: 100,
    });
    assert.deepEqual(run.context.waiting?.kind === "http" && run.context.waiting.request, requestOf(run));
    assert.deepEqual(run.effect("set_timer")?.timer.kind, "request_timeout");
  });

  const auths: [JsonObject, [string, string][], [string, string][]][] = [
    [{ apiAuthType: "bearer", apiAuthToken: "{{t}}" }, [["Authorization", "Bearer tök"]], []],
    [
      { apiAuthType: "basic", apiAuthUsername: "u", apiAuthPassword: "{{t}}" },
      [["Authorization", "Basic dTp0w7Zr"]],
      [],
    ],
    [{ apiAuthType: "api_key", apiAuthKeyValue: "k" }, [["X-API-Key", "k"]], []],
    [{ apiAuthType: "api_key", apiAuthKeyValue: "k", apiAuthKeyName: "X-Own" }, [["X-Own", "k"]], []],
    [{ apiAuthType: "api_key", apiAuthKeyValue: "k", apiAuthKeyLocation: "query" }, [], [["api_key", "k"]]],
    [{ apiAuthType: "none" }, [], []],
  ];
  for (const [data, headers, query] of auths) {
    test(`authentication ${JSON.stringify(data)}`, () => {
      const request = requestOf(calling("rest_api", { apiUrl: url, ...data }, { t: "tök" }));
      assert.deepEqual([request?.headers, request?.query], [headers, query]);
    });
  }

  const bodies: [string, JsonObject, unknown, string | undefined][] = [
    [
      "plain text",
      { apiBody: "hi {{v}}", apiContentType: "text/plain" },
      { kind: "text", text: 'hi "x"' },
      "text/plain",
    ],
    ["no JSON after all", { apiBody: "{ hi {{v}}" }, { kind: "text", text: '{ hi "x"' }, "application/json"],
    [
      "a form of JSON",
      { apiBody: '{"a":{"b":1},"c":null}', apiContentType: "application/x-www-form-urlencoded" },
      {
        kind: "form",
        fields: [
          ["a", '{"b":1}'],
          ["c", "null"],
        ],
      },
      undefined,
    ],
    [
      "multipart of no JSON",
      { apiBody: "x", apiContentType: "multipart/form-data" },
      { kind: "multipart", fields: [] },
      undefined,
    ],
    ["nothing", { apiBody: " " }, null, undefined],
  ];
  for (const [name, data, body, contentType] of bodies) {
    test(`a body of ${name}`, () => {
      const request = requestOf(calling("rest_api", { apiUrl: url, ...data }, { v: '"x"' }));
      assert.deepEqual(request?.body, body);
      assert.equal(request?.headers.find(([header]) => header === "Content-Type")?.[1], contentType);
    });
  }

  const items: Json[] = [{ n: "a", p: { id: 1 } }, { n: "b", p: { id: 2 } }, { n: "c" }];
  const selections: [JsonObject, Json, Json][] = [
    [{}, { a: 1 }, { a: 1 }],
    [{ apiResponsePath: "data.items[0].n" }, { data: { items } }, "a"],
    [{ apiResponsePath: "data.missing" }, { data: {} }, null],
    [
      { apiResponsePath: "items", apiFilterField: "p.id", apiFilterValue: "{{want}}" },
      { items },
      [items[1]!],
    ],
    [{ apiFilterField: "id", apiFilterValue: "1" }, { id: 1 }, { id: 1 }],
    [{ apiResponsePath: "a.length" }, { a: [1, 2] }, 2],
    [{ apiResponsePath: "a.b" }, { a: "text" }, null],
    [{ apiResponsePath: "a[x]" }, { a: [1] }, null],
  ];
  for (const [data, body, value] of selections) {
    test(`keeps ${JSON.stringify(data)} of the answer`, () => {
      const run = calling("rest_api", { apiUrl: url, apiOutputVariable: "v", ...data }, { want: 2 }).respond(
        201,
        body,
      );
      assert.deepEqual([run.context.variables.v, run.context.outcome], [value, "success"]);
    });
  }

  const errors: [Json, string][] = [
    [{ message: "m" }, "m"],
    [{ error: "e" }, "e"],
    [{ error: { message: "deep" } }, "deep"],
    [{ other: 1 }, '{"other":1}'],
    ["text", "text"],
    [null, "HTTP 400"],
  ];
  for (const [body, message] of errors) {
    test(`an error reads ${message}`, () => {
      const run = calling("rest_api", { apiUrl: url, apiErrorVariable: "v" }).respond(400, body);
      assert.deepEqual([run.context.variables.v, run.context.outcome], [message, "error"]);
      assert.equal(run.context.nodeOutputs.n?.statusCode, 400);
    });
  }

  test("a GET is repeated, with pauses, and then fails; so long as it is the network's fault", () => {
    const run = calling("rest_api", { apiUrl: url });
    const first = run.effect("http_request")?.requestId;
    giveResult(run, failure("network"));
    assert.deepEqual(run.effect("set_timer")?.timer, {
      kind: "request_retry",
      at: "2026-03-02T09:00:02.000Z",
    });
    run.ring();
    assert.notEqual(run.effect("http_request")?.requestId, first);
    run.respond(503);
    assert.equal(run.effect("set_timer")?.timer.at, "2026-03-02T09:00:06.000Z");
    assert.equal(run.ring().respond(503).context.outcome, "error");
    assert.equal(
      giveResult(calling("rest_api", { apiUrl: url }), failure("blocked")).context.outcome,
      "error",
    );
    assert.equal(calling("rest_api", { apiUrl: url, apiRetries: 0 }).respond(503).context.outcome, "error");
    assert.equal(
      calling("rest_api", { apiUrl: url, apiMethod: "POST" }).respond(503).context.outcome,
      "error",
    );
  });

  test("a result of an earlier attempt, or of no call, changes nothing", () => {
    const run = calling("rest_api", { apiUrl: url });
    run.give({ kind: "http_result", requestId: "stale", result: failure("network") });
    assert.deepEqual([run.context.status, run.effects], ["waiting", []]);
  });

  test("an error without an exit for it ends the run, saying so", () => {
    const run = new Run(chainOf({ n: ["rest_api", { apiUrl: url, apiMethod: "DELETE" }] }))
      .start()
      .respond(500);
    assert.deepEqual([run.context.status, run.context.completionReason], ["completed", "api_error"]);
  });
});

describe("data_source", () => {
  test("a connection, with what overlays it", () => {
    const run = calling(
      "data_source",
      {
        connectionId: "c1",
        parameters: { brand: "{{b}}" },
        body: '{"b":"{{b}}"}',
        outputVariable: "v",
        responsePath: "data",
      },
      { b: "apple" },
    );
    assert.deepEqual(requestOf(run), {
      target: { kind: "data_source_connection", connectionId: "c1" },
      method: "GET",
      url: "",
      query: [["brand", "apple"]],
      headers: [],
      body: { kind: "json", value: { b: "apple" } },
      timeoutMs: 30_000,
    });
    run.respond(200, { data: [1] });
    assert.deepEqual([run.context.variables.v, run.context.variables["data_source_1.data"]], [[1], [1]]);
  });

  test("a path below a data source", () => {
    const request = requestOf(
      calling("data_source", { dataSourceId: "d1", endpoint: "/api/brands?populate=*", method: "post" }),
    );
    assert.deepEqual(
      [request?.target, request?.method, request?.url, request?.query, request?.body],
      [{ kind: "data_source", dataSourceId: "d1" }, "POST", "/api/brands", [["populate", "*"]], null],
    );
  });

  test("not connected", () => {
    assert.equal(
      giveResult(calling("data_source", { dataSourceId: "d1", errorVariable: "e" }), failure("not_connected"))
        .context.variables.e,
      "not_connected",
    );
  });
});

describe("google_calendar", () => {
  const zone = { timeZone: "Europe/Istanbul" };
  const free = { calendars: { primary: { busy: [] } } };
  const stored = (run: Run) => run.context.variables.c as JsonObject;
  const calendar = (data: JsonObject, variables: JsonObject = {}) =>
    calling("google_calendar", { calendarOutputVariable: "c", ...data }, variables, zone);

  test("asks for one day, in the chatbot's zone", () => {
    const request = requestOf(
      calendar(
        {
          calendarUserSource: "variable",
          calendarUserVariable: "u",
          calendarDateSource: "variable",
          calendarDateVariable: "d",
        },
        { u: "user-1", d: "2026-03-05" },
      ),
    );
    assert.deepEqual(request?.target, { kind: "google_calendar", userId: "user-1" });
    assert.deepEqual(request?.body, {
      kind: "json",
      value: {
        timeMin: "2026-03-04T21:00:00.000Z",
        timeMax: "2026-03-05T21:00:00.000Z",
        timeZone: "Europe/Istanbul",
        items: [{ id: "primary" }],
      },
    });
  });

  test("the full result: what has begun is not available", () => {
    const run = calendar({ calendarSlotDuration: 120 }).respond(200, free);
    const { slots, ...rest } = stored(run);
    assert.deepEqual(rest, {
      date: "2026-03-02",
      workingHours: { start: "09:00", end: "18:00" },
      slotDuration: 120,
      totalSlots: 4,
      availableSlots: 2,
      busySlots: 2,
    });
    assert.deepEqual(
      (slots as { time: string; available: boolean }[]).map(({ time, available }) => `${time} ${available}`),
      ["09:00 false", "11:00 false", "13:00 true", "15:00 true"],
    );
    assert.equal(run.context.outcome, "success");
  });

  test("slots only, for a menu", () => {
    const run = calendar({
      calendarOutputFormat: "slots_only",
      calendarWorkingHoursStart: "16:00",
      calendarWorkingHoursEnd: "25:00",
    }).respond(200, free);
    assert.deepEqual(run.context.variables.c, [
      { id: "16:00", title: "16:00", enabled: true },
      { id: "17:00", title: "17:00", enabled: true },
    ]);
  });

  for (const [action, data, timeMin, timeMax] of [
    ["get_today_events", {}, "2026-03-01T21:00:00.000Z", "2026-03-02T21:00:00.000Z"],
    ["get_tomorrow_events", {}, "2026-03-02T21:00:00.000Z", "2026-03-03T21:00:00.000Z"],
    [
      "get_events",
      {
        calendarDateSource: "static",
        calendarStaticDate: "{{d}}",
        calendarEndDateSource: "static",
        calendarStaticEndDate: "2026-03-09",
      },
      "2026-03-06T21:00:00.000Z",
      "2026-03-09T21:00:00.000Z",
    ],
  ] as const) {
    test(action, () => {
      const run = calendar({ calendarAction: action, calendarMaxResults: 5, ...data }, { d: "2026-03-07" });
      const query = Object.fromEntries(requestOf(run)?.query ?? []);
      assert.deepEqual([query.timeMin, query.timeMax, query.maxResults], [timeMin, timeMax, "5"]);
      run.respond(200, { items: [{ id: "e1", summary: "S", kind: "calendar#event" }], nextPageToken: "t" });
      assert.deepEqual(stored(run), { events: [{ id: "e1", summary: "S" }], nextPageToken: "t" });
    });
  }

  const mistakes: [JsonObject, JsonObject, string][] = [
    [{ calendarUserSource: "static" }, {}, "NO_USER"],
    [{ calendarUserSource: "variable", calendarUserVariable: "u" }, { u: "" }, "NO_USER"],
    [{ calendarAction: "get_events" }, {}, "MISSING_DATE"],
    [{ calendarDateSource: "static", calendarStaticDate: "tomorrow" }, {}, "INVALID_DATE"],
    [{ calendarDateVariable: "d" }, { d: "2026-02-30" }, "INVALID_DATE"],
  ];
  for (const [data, variables, code] of mistakes) {
    test(`${code}: ${JSON.stringify(data)}`, () => {
      const run = calendar(data, variables);
      assert.deepEqual([stored(run).code, stored(run).error, run.context.outcome], [code, true, "error"]);
    });
  }

  test("not connected, not understood", () => {
    assert.equal(stored(giveResult(calendar({}), failure("not_connected"))).code, "NOT_CONNECTED");
    assert.equal(stored(calendar({}).respond(401)).code, "NOT_CONNECTED");
    assert.equal(
      stored(calendar({ calendarAction: "get_today_events" }).respond(200, { items: "none" })).code,
      "FETCH_ERROR",
    );
    const alone = new Run(chainOf({ n: ["google_calendar"] })).start().respond(400);
    assert.equal(alone.context.completionReason, "calendar_error: FETCH_ERROR");
  });
});

test("a node that became another kind in a new version ends the run", () => {
  const run = calling("rest_api", { apiUrl: "https://x.example/", apiMethod: "POST" });
  const moved = new Run(chainOf({ n: ["message", { content: "x" }] }));
  moved.context = run.context;
  assert.equal(moved.respond(200).context.completionReason, "changed_node: n");
});
