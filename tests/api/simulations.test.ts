import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import fc from "fast-check";
import { sealDataSourceToken } from "../../src/secrets/data_source_token.ts";
import { graphOf, ONE_QUESTION } from "../support/chatbot_graphs.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aPerson, aWorkspace, type Person } from "../support/people.ts";
import { type StandIn, type StandInAnswer, standIn } from "../support/stand_in.ts";
import { anActiveChatbot, type Graph } from "../support/support_bot.ts";
import { until } from "../support/until.ts";
import { type Api, RING, startApi } from "./support/api.ts";

/** Chatbots that are played over the API: with a stub or in earnest, by those who may, whatever they bring along. */

let database: TestDatabase;
let api: Api;
let tenantId: string;
let admin: Person;
let agent: Person;
let stranger: Person;
let server: StandIn;
/** How many connections of the API were busy, each time the server was asked. */
let busyConnections: number[] = [];
before(async () => {
  database = await createTestDatabase();
  api = await startApi(database, {
    HTTP_ALLOWED_HOSTS: "127.0.0.1",
    DATABASE_POOL_SIZE: "2",
    DATABASE_STATEMENT_TIMEOUT_MS: "2000",
  });
  ({ tenantId } = await aWorkspace(database.pool));
  admin = await aPerson(database.pool, tenantId, "admin");
  agent = await aPerson(database.pool, tenantId, "agent");
  stranger = await aPerson(database.pool, (await aWorkspace(database.pool)).tenantId, "admin");
  server = await standIn();
});
after(async () => {
  await api.close();
  await server.close();
  await database.drop();
});
beforeEach(() => {
  server.asked = [];
  busyConnections = [];
  server.answer = async () => {
    const { rows } = await database.pool.query(
      "select count(*)::int as n from pg_stat_activity where application_name = 'parley api' and state <> 'idle' and datname = current_database()",
    );
    busyConnections.push(rows[0].n);
    return { status: 200, body: { answer: "forty-two" } };
  };
});

const START = `mutation ($input: StartSimulationInput!) {
  startSimulation(input: $input) { state path said variables outcome reason trace }
}`;
const CONTINUE = `mutation ($input: ContinueSimulationInput!) {
  continueSimulation(input: $input) { state path said variables outcome reason trace }
}`;

async function start(as: Person, input: object, on = api) {
  const { data, code, text } = await on.ask(as, START, { input });
  return { played: data?.startSimulation, code, text };
}
async function proceed(as: Person, input: object) {
  const { data, code, text } = await api.ask(as, CONTINUE, { input });
  return { played: data?.continueSimulation, code, text };
}
const aBot = (graph: Graph, settings: object = {}) =>
  anActiveChatbot(database.pool, tenantId, graph, settings);

/** Asks, then calls with a credential of the graph, then says what came. */
const calling = (node: [string, object]): Graph =>
  graphOf(
    {
      start: ["start"],
      ask: ["question", { content: "What?", questionType: "text", variable: "what" }],
      call: node,
      good: ["message", { content: "{{got.answer}}" }],
      bad: ["message", { content: "Failed: {{why}}" }],
      last: ["question", { content: "More?", questionType: "text", variable: "more" }],
    },
    [
      ["start", "ask"],
      ["ask", "call"],
      ["call", "good", "success"],
      ["call", "bad", "error"],
      ["good", "last"],
      ["bad", "last"],
    ],
  );
const rest = (): Graph =>
  calling([
    "rest_api",
    {
      apiUrl: `${server.url}/{{what}}?api_key=k3y-in-the-url`,
      apiAuthType: "bearer",
      apiAuthToken: "t0ken-of-the-graph",
      apiHeaders: { "X-Tenant": "s3cret-header" },
      apiOutputVariable: "got",
      apiErrorVariable: "why",
      apiRetries: 0,
    },
  ]);

test("calls are stubbed unless they are to be real; then they are made, and their credentials stay inside", async () => {
  const { chatbotId } = await aBot(rest());
  const { played } = await start(admin, { chatbotId });
  const stubbed = await proceed(admin, {
    chatbotId,
    state: played.state,
    reply: "thing",
    httpStub: { call: { answer: 1 } },
  });
  assert.equal(stubbed.played.said.at(-2), "1", stubbed.text);
  assert.equal(server.asked.length, 0);

  const real = await proceed(admin, { chatbotId, state: played.state, reply: "thing", calls: "real" });
  assert.equal(real.played?.said.at(-2), "forty-two", real.text);
  assert.deepEqual(
    server.asked.map(({ url, headers }) => [url, headers.authorization]),
    [["/thing?api_key=k3y-in-the-url", "Bearer t0ken-of-the-graph"]],
  );
  assert.deepEqual(busyConnections, [0]);
  for (const secret of ["k3y-in-the-url", "t0ken-of-the-graph", "s3cret-header"]) {
    assert.equal(real.text.includes(secret), false, secret);
    assert.equal(api.log.join().includes(secret), false, secret);
  }
  const calls = real.played.trace.flatMap(({ nodes }: { nodes: { effects: { kind: string }[] }[] }) =>
    nodes.flatMap(({ effects }) => effects.filter(({ kind }) => kind === "http_request")),
  );
  assert.equal(calls[0].request.url, `${server.url}/thing`);
  assert.deepEqual(
    real.played.trace.map(({ event }: { event: string }) => event),
    ["message", "http_result"],
  );
});

test("played by admins of the chatbot's tenant: what is played shows the graph", async () => {
  const { chatbotId, versionId } = await aBot(rest());
  const { played } = await start(admin, { chatbotId });
  const input = { state: played.state, reply: "x" };
  for (const [person, code] of [
    [agent, "PYDEN"],
    [stranger, "PYNFD"],
  ] as const)
    for (const more of [{}, { calls: "real" }]) {
      assert.equal((await start(person, { chatbotId, ...more })).code, code);
      assert.equal((await start(person, { versionId, ...more })).code, code);
      assert.equal((await proceed(person, { ...input, chatbotId, ...more })).code, code);
      assert.equal((await proceed(person, { ...input, versionId, ...more })).code, code);
    }
  assert.equal(server.asked.length, 0);
  assert.equal((await proceed(admin, { ...input, versionId })).played.outcome, "waiting");
});

test("a data source of the own tenant is requested with its sealed token, which is not revealed", async () => {
  const source = async (tenant: string) => {
    const { rows } = await database.pool.query(
      `insert into app_public.data_sources (tenant_id, name, type, base_url, auth_type)
       values ($1, 'Shop', 'rest_api', $2, 'bearer') returning id`,
      [tenant, `${server.url}/shop`],
    );
    const { id } = rows[0];
    await database.pool.query(
      "insert into app_private.data_source_secrets (data_source_id, auth_token) values ($1, $2)",
      [id, sealDataSourceToken(id, "sealed-t0ken", RING)],
    );
    await database.pool.query(
      "update app_public.data_sources set has_auth_token = true, is_active = true where id = $1",
      [id],
    );
    return id;
  };
  const node = (dataSourceId: string): [string, object] => [
    "data_source",
    {
      dataSourceId,
      dataSourceEndpoint: "/things",
      endpoint: "/things",
      outputVariable: "got",
      apiOutputVariable: "got",
    },
  ];
  const { chatbotId } = await aBot(calling(node(await source(tenantId))));
  const { played } = await start(admin, { chatbotId });
  const real = await proceed(admin, { chatbotId, state: played.state, reply: "x", calls: "real" });
  assert.equal(server.asked[0]?.headers.authorization, "Bearer sealed-t0ken", real.text);
  assert.match(server.asked[0]?.url ?? "", /^\/shop/);
  assert.equal(real.text.includes("sealed-t0ken"), false);

  server.asked = [];
  const foreign = await aBot(calling(node(await source(stranger.tenantId))));
  const other = await start(admin, { chatbotId: foreign.chatbotId });
  const refused = await proceed(admin, {
    chatbotId: foreign.chatbotId,
    state: other.played.state,
    reply: "x",
    calls: "real",
  });
  assert.equal(server.asked.length, 0);
  assert.match(refused.played.said.at(-2), /^Failed/);
});

test("a state with an added request is refused: only the graph decides what is requested", async () => {
  const { chatbotId } = await aBot(rest());
  const { played } = await start(admin, { chatbotId });
  const request = {
    target: { kind: "url" },
    method: "GET",
    url: `${server.url}/forged`,
    query: [],
    headers: [],
    body: null,
    timeoutMs: 1000,
  };
  const at = "2020-01-01T00:00:00.000Z";
  const forged = (kind: string) => ({
    ...played.state,
    context: {
      ...played.state.context,
      waiting: { kind: "http", nodeId: "call", requestId: "1", attempt: 1, request, timer: { kind, at } },
    },
  });
  for (const kind of ["request_retry", "request_timeout"])
    for (const reply of ["x", null]) {
      const { code } = await proceed(admin, { chatbotId, state: forged(kind), reply, at, calls: "real" });
      assert.equal(code, "PYREQ");
    }
  assert.equal(server.asked.length, 0);
});

test("no connection is held while a slow server is awaited, and the step ends in time with the error exit", async () => {
  const { chatbotId } = await aBot(rest());
  const { played } = await start(admin, { chatbotId });
  const { promise: released, resolve: release } = Promise.withResolvers<StandInAnswer>();
  server.answer = () => released;
  // More at once than the API has connections.
  const steps = Array.from({ length: 4 }, () =>
    proceed(admin, { chatbotId, state: played.state, reply: "x", calls: "real" }),
  );
  let isOver = false;
  void Promise.race(steps).then(() => {
    isOver = true;
  });
  await until("four calls under way", () => server.asked.length === 4);
  const meanwhile = await start(admin, { chatbotId });
  assert.equal(meanwhile.played?.outcome, "waiting", meanwhile.text);
  assert.equal(isOver, false);
  for (const { played: slow, text } of await Promise.all(steps))
    assert.match(slow?.said.at(-2) ?? text, /^Failed: timeout/);
  release({ status: 200, body: {} });
});

test("a loop of real calls ends after twenty", async () => {
  const graph = graphOf(
    {
      start: ["start"],
      call: ["rest_api", { apiUrl: `${server.url}/loop`, apiRetries: 0 }],
      wait: ["delay", { delay: 1 }],
    },
    [
      ["start", "call"],
      ["call", "wait", "success"],
      ["wait", "call"],
    ],
  );
  const { chatbotId } = await aBot(graph);
  const { played, text } = await start(admin, { chatbotId, calls: "real" });
  assert.equal(server.asked.length, 20, text);
  assert.equal(played.outcome, "completed");
  assert.equal(played.reason, "api_error");
});

test("the virtual clock starts at the given time, skips delays, and fires due timers", async () => {
  const graph = graphOf(
    {
      start: ["start"],
      wait: ["delay", { delay: 2, delayUnit: "hours" }],
      ask: ["question", { content: "Now?", questionType: "text", variable: "x", timeoutSeconds: 600 }],
      late: ["message", { content: "Too late" }],
    },
    [
      ["start", "wait"],
      ["wait", "ask"],
      ["ask", "late", "timeout"],
    ],
  );
  const { chatbotId } = await aBot(graph);
  const { played } = await start(admin, { chatbotId, at: "2026-03-02T09:00:00Z" });
  assert.deepEqual(
    played.trace.map(({ event, at }: { event: string; at: string }) => [event, at]),
    [
      ["start", "2026-03-02T09:00:00.000Z"],
      ["timer", "2026-03-02T11:00:00.000Z"],
    ],
  );
  assert.equal(played.state.now, "2026-03-02T11:00:00.000Z");
  const { state } = played;
  const early = await proceed(admin, { chatbotId, state, at: "2026-03-02T11:09:59Z" });
  assert.deepEqual([early.played.outcome, early.played.trace], ["waiting", []]);
  // The clock never goes back.
  const back = await proceed(admin, { chatbotId, state: early.played.state, at: "2020-01-01T00:00:00Z" });
  assert.equal(back.played.state.now, "2026-03-02T11:09:59.000Z");
  const late = await proceed(admin, { chatbotId, state, reply: "yes", at: "2026-03-02T11:10:00Z" });
  assert.deepEqual([late.played.said.at(-1), late.played.outcome], ["Too late", "completed"], late.text);
  for (const at of ["nonsense", "1969-12-31T00:00:00Z", "+020000-01-01T00:00:00Z"]) {
    assert.equal((await start(admin, { chatbotId, at })).code, "PYREQ");
    assert.equal((await proceed(admin, { chatbotId, state, at })).code, "PYREQ");
  }
});

test("a draft is played with the graphs it calls and the forms it sends, as it would be published", async () => {
  const called = await aBot(
    graphOf({ start: ["start"], hi: ["message", { content: "From below" }] }, [["start", "hi"]]),
  );
  await database.pool.query(
    "insert into app_public.whatsapp_flows (tenant_id, whatsapp_flow_id, name, status, flow_json) values ($1, '4711', 'Form', 'draft', $2)",
    [tenantId, { screens: [{ id: "WELCOME" }] }],
  );
  const { chatbotId } = await aBot(
    graphOf(
      {
        start: ["start"],
        sub: ["subflow", { chatbotId: called.chatbotId }],
        form: ["whatsapp_flow", { whatsappFlowId: "4711" }],
      },
      [
        ["start", "sub"],
        ["sub", "form"],
      ],
    ),
  );
  const { played, text } = await start(admin, { chatbotId });
  assert.equal(played?.said[0], "From below", text);
  const { parameters } = played.state.messages[1].content.action;
  assert.deepEqual([parameters.mode, parameters.flow_action_payload.screen], ["draft", "WELCOME"]);
  const steps = played.trace[0].nodes.map(({ id, subflow }: { id: string; subflow?: string }) => [
    id,
    subflow,
  ]);
  assert.deepEqual(steps.slice(1), [
    ["start", undefined],
    ["sub", undefined],
    ["start", called.chatbotId],
    ["hi", called.chatbotId],
    ["form", undefined],
  ]);
});

test("named rows have to exist, to be of the own tenant, and to belong together", async () => {
  const one = await aBot(ONE_QUESTION);
  const other = await aBot(ONE_QUESTION);
  const nobody = "00000000-0000-4000-8000-000000000000";
  assert.equal((await start(admin, {})).code, "PYREQ");
  assert.equal((await start(admin, { versionId: one.versionId, chatbotId: other.chatbotId })).code, "PYNFD");
  assert.equal((await start(admin, { versionId: one.versionId, chatbotId: one.chatbotId })).code, undefined);
  for (const input of [{ chatbotId: nobody }, { versionId: nobody }, { chatbotId: one.versionId }])
    assert.equal((await start(admin, input)).code, "PYNFD");
  for (const input of [{ chatbotId: one.chatbotId }, { versionId: one.versionId }]) {
    assert.equal((await start(stranger, input)).code, "PYNFD");
    assert.notEqual((await api.ask(null, START, { input })).code, undefined);
  }
  const { played } = await start(admin, { versionId: other.versionId });
  await database.pool.query("delete from app_public.chatbots where id = $1", [other.chatbotId]);
  const gone = await proceed(admin, { versionId: other.versionId, state: played.state, reply: "x" });
  assert.equal(gone.code, "PYNFD");
});

test("a damaged state is refused or played on, and never causes an internal error", async () => {
  const { chatbotId } = await aBot(rest());
  const { played } = await start(admin, { chatbotId });
  const paths = (value: unknown, path: string[] = []): string[][] =>
    typeof value === "object" && value !== null
      ? [path, ...Object.entries(value).flatMap(([key, field]) => paths(field, [...path, key]))]
      : [path];
  const set = (value: unknown, [key, ...more]: string[], to: unknown): unknown => {
    if (key === undefined) return to;
    const copy = Array.isArray(value) ? [...value] : { ...(value as object) };
    Reflect.set(copy, key, set(Reflect.get(copy, key), more, to));
    return copy;
  };
  const everywhere = paths(played.state);
  assert.ok(everywhere.length > 40);
  const junk = fc.oneof(
    fc.constantFrom(null, 0, -1, 1e308, "", "__proto__", [], {}, true, "2026-13-45T99:99:99Z", [null], {
      kind: "http",
    }),
    fc.jsonValue({ maxDepth: 3 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...everywhere), junk, async (path, value) => {
      const state = set(played.state, path, value);
      const { code, text } = await proceed(admin, { chatbotId, state, reply: "x" });
      assert.ok(code === undefined || code === "PYREQ", `${path.join(".")}: ${text}`);
    }),
    { numRuns: 300 },
  );
  for (const state of [null, [], {}, "x", 5]) {
    const { code, text } = await proceed(admin, { chatbotId, state, reply: "x" });
    assert.equal(code, "PYREQ", text);
  }
  assert.equal(
    (await proceed(admin, { chatbotId, state: { ...played.state, trace: [] }, reply: "x" })).code,
    "PYREQ",
  );
  const enormous = { ...played.state, calls: { x: "y".repeat(120_000) } };
  assert.equal((await proceed(admin, { chatbotId, state: enormous, reply: "x" })).code, "PYREQ");
  const deep = { ...played.state, messages: JSON.parse("[".repeat(100) + "]".repeat(100)) };
  assert.equal((await proceed(admin, { chatbotId, state: deep, reply: "x" })).code, "PYLIM");
});

test("a run that is over cannot be continued; any reply to one that waits is an answer", async () => {
  const { chatbotId } = await aBot(ONE_QUESTION);
  const { played } = await start(admin, { chatbotId });
  const ended = await proceed(admin, { chatbotId, state: played.state, reply: "yes" });
  assert.equal(ended.played.outcome, "completed");
  assert.equal((await proceed(admin, { chatbotId, state: ended.played.state, reply: "more" })).code, "PYREQ");
  await fc.assert(
    fc.asyncProperty(fc.string({ maxLength: 50, unit: "binary" }), async (reply) => {
      const { code, text } = await proceed(admin, { chatbotId, state: played.state, reply });
      assert.equal(code, undefined, text);
    }),
    { numRuns: 50 },
  );
});

test("an endless chatbot is stopped, and other requests are served in the meantime", async () => {
  const nodes = Object.fromEntries(
    Array.from({ length: 400 }, (_, at) => [`w${at}`, ["delay", { delay: 1 }] as [string, object]]),
  );
  const ids = Object.keys(nodes);
  const graph = graphOf({ start: ["start"], ...nodes }, [
    ["start", ids[0]!],
    ...ids.map((id, at): [string, string] => [id, ids[(at + 1) % ids.length]!]),
  ]);
  const endless = { maxStepsPerTurn: 1e9, maxVisitsPerNode: 1e9, maxStepsPerRun: 1e9 };
  const { chatbotId } = await aBot(graph, endless);
  const slow = start(admin, { chatbotId, variables: { ballast: "x".repeat(90_000) } });
  const began = performance.now();
  const quick = await start(admin, { chatbotId: (await aBot(ONE_QUESTION)).chatbotId });
  assert.equal(quick.played?.outcome, "waiting", quick.text);
  assert.ok(performance.now() - began < 1900, "others waited for it");
  assert.equal((await slow).code, "PYTIM");
});

test("steps that would take minutes end in time, and other requests are served in between", async () => {
  const conditions = Array.from({ length: 600 }, () => ({
    variable: "text",
    operator: "not_matches_regex",
    value: "(a|b)*a(a|b){190}c",
  }));
  const graph = graphOf(
    { start: ["start"], loop: ["condition", { conditionGroup: { logicalOperator: "AND", conditions } }] },
    [
      ["start", "loop"],
      ["loop", "loop", "true"],
    ],
  );
  const { chatbotId } = await aBot(graph, { maxStepsPerTurn: 10_000, maxVisitsPerNode: 10_000 });
  const variables = { text: "ab".repeat(500) };
  // The budget is processor time, and the time limit of a request is not: it must not end first on a busy machine.
  const unhurried = await startApi(database, { DATABASE_STATEMENT_TIMEOUT_MS: "20000" });
  const slow = await Promise.all(
    [1, 2, 3].map(() => start(admin, { chatbotId, variables }, unhurried)),
  ).finally(() => unhurried.close());
  for (const { played, text } of slow) {
    assert.equal(played?.outcome, "failed", text);
    assert.equal(played?.reason, "turn_too_long: PYTRN");
  }
});
