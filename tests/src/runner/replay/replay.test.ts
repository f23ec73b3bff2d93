import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../../../src/base/json/json.ts";
import { httpStub } from "../../../../src/chatbot/simulation/http_stub.ts";
import { withStub } from "../../../../src/chatbot/simulation/simulate.ts";
import type { RecordedMessage, Recording } from "../../../../src/runner/replay/recording.ts";
import { type ReplayOptions, replay } from "../../../../src/runner/replay/replay.ts";
import { runnable } from "../../../../src/runner/runnable_version.ts";
import { graphOf, type NodeSpec } from "../../chatbot/build.ts";

/** Minute 0 of the pasts below. */
const START = Date.parse("2026-03-02T09:00:00Z");
const at = (minutes: number) => new Date(START + minutes * 60_000).toISOString();

/** A line of a recording: when, who, what. */
type Line = [minutes: number, by: "customer" | "chatbot" | "person", said: string | Partial<RecordedMessage>];

function recordingOf(lines: Line[], more: Partial<Recording> = {}): Recording {
  return {
    conversationId: "c",
    tenantId: "t",
    contact: { id: "p", phone: "+15550001111", name: "Ada" },
    messages: lines.map(([minutes, by, said], index) => ({
      id: `m${index}`,
      by,
      type: "text",
      content: typeof said === "string" ? { body: said } : null,
      referral: null,
      nodeId: null,
      isModels: false,
      at: at(minutes),
      ...(typeof said === "object" && said),
    })),
    isCut: false,
    isFromBeginning: true,
    runIds: [],
    ...more,
  };
}

const versionOf = (nodes: { [id: string]: NodeSpec }, edges: string[], settings: object = {}) =>
  runnable({ id: "v", tenant_id: "t", ...graphOf(nodes, edges), settings, subflows: {}, flows: {} });

function replayed(
  version: ReturnType<typeof versionOf>,
  recording: Recording,
  { stub, ...options }: Partial<ReplayOptions> & { stub?: unknown } = {},
) {
  const all = { until: at(10_000), ignoresTriggers: false, ...options };
  const { turns, ...rest } = withStub(replay(version, recording, all), httpStub(stub));
  const words = (spoken: { preview: string }[]) => spoken.map(({ preview }) => preview);
  return {
    ...rest,
    turns: turns.map(({ heard, said, wouldSay, isDifferent }) => [
      words(heard),
      words(said),
      words(wouldSay),
      isDifferent,
    ]),
  };
}

const ask: NodeSpec = ["question", { content: "Name?", questionType: "text", variable: "name" }];
const HELLO = versionOf(
  { start: ["start"], ask, hi: ["message", { content: "Hi {{name}}, {{contact.name}}" }] },
  ["start > ask", "ask > hi"],
);

test("turn by turn: what was said, what would be said, and whether they differ", () => {
  const result = replayed(
    HELLO,
    recordingOf([
      [0, "customer", "hello"],
      [0.1, "chatbot", "Name?"],
      [1, "customer", "Bob"],
      [1.1, "chatbot", "Good day Bob"],
    ]),
  );
  assert.deepEqual(result.turns, [
    [["hello"], ["Name?"], ["Name?"], false],
    [["Bob"], ["Good day Bob"], ["Hi Bob, Ada"], true],
  ]);
  assert.equal(result.differentTurns, 1);
  const [run] = result.runs;
  assert.deepEqual([run?.path, run?.outcome, run?.startedAt], [["start", "ask", "hi"], "completed", at(0)]);
  assert.equal(run?.variables.name, "Bob");
});

test("the order of keys and the tokens of forms do not count as a difference; the content does", () => {
  const form: NodeSpec = ["whatsapp_flow", { whatsappFlowId: "77", flowCta: "Go", flowBodyText: "Fill in" }];
  const version = versionOf(
    { start: ["start"], form, bye: ["message", { content: "{{flow_1.response.day}}" }] },
    ["start > form", "form > bye"],
  );
  const first = replayed(version, recordingOf([[0, "customer", "hello"]]));
  assert.deepEqual(first.turns[0]?.[3], true);
  const sent = (cta: string): Json => ({
    type: "flow",
    action: {
      name: "flow",
      parameters: {
        flow_cta: cta,
        flow_token: "long-ago",
        flow_message_version: "3",
        flow_id: "77",
        flow_action: "navigate",
      },
    },
    body: { text: "Fill in" },
  });
  const answer = {
    type: "nfm_reply",
    nfm_reply: { response_json: '{"flow_token":"long-ago","day":"Monday"}' },
  };
  for (const [cta, isDifferent] of [
    ["Go", false],
    ["Start", true],
  ] as const) {
    const { turns, runs } = replayed(
      version,
      recordingOf([
        [0, "customer", "hello"],
        [0, "chatbot", { type: "interactive", content: sent(cta) }],
        [2, "customer", { type: "interactive", content: answer }],
        [2, "chatbot", "Monday"],
      ]),
    );
    // The recorded answer belongs to the form that waits, whatever token it was sent with.
    assert.deepEqual(
      turns.map((turn) => turn[3]),
      [isDifferent, false],
    );
    assert.deepEqual(runs[0]?.variables["flow_1.response"], { day: "Monday" });
  }
});

test("an answer to another form of the graph is not taken for this one's", () => {
  const form = (id: string): NodeSpec => [
    "whatsapp_flow",
    { whatsappFlowId: id, flowExpirySeconds: 100_000 },
  ];
  const version = versionOf({ start: ["start"], one: form("1"), two: form("2") }, [
    "start > one",
    "one > two",
  ]);
  const answer = (node: string) => ({
    type: "interactive",
    content: {
      type: "nfm_reply",
      nfm_reply: { response_json: JSON.stringify({ flow_token: `run-${node}`, of: node }) },
    },
  });
  const { runs } = replayed(
    version,
    recordingOf([
      [0, "customer", "hello"],
      [1, "customer", answer("two")],
      [2, "customer", answer("one")],
      [3, "customer", answer("one")],
    ]),
    { until: at(4) },
  );
  assert.deepEqual(runs[0]?.path, ["start", "one", "two"]);
  assert.deepEqual(runs[0]?.variables["flow_1.response"], { of: "one" });
  assert.equal(runs[0]?.reason, "waiting_for: flow");
});

const TIMED = versionOf(
  {
    start: ["start"],
    ask: ["question", { ...ask[1], timeoutSeconds: 600 }],
    late: ["message", { content: "Too late" }],
    wait: ["delay", { delay: 1, delayUnit: "hours" }],
    later: ["message", { content: "Still there?" }],
  },
  ["start > ask", "ask:timeout > late", "late > wait", "wait > later"],
);

test("timers that are due between two messages fire, and count for the turn before", () => {
  const { turns, runs } = replayed(
    TIMED,
    recordingOf([
      [0, "customer", "hello"],
      [120, "customer", "Bob"],
    ]),
    { until: at(125) },
  );
  assert.deepEqual(turns, [
    [["hello"], [], ["Name?", "Too late", "Still there?"], true],
    [["Bob"], [], ["Name?"], true],
  ]);
  assert.deepEqual(
    runs.map(({ outcome }) => outcome),
    ["completed", "waiting"],
  );
});

test("after the last message timers fire until the end of the clock, unless messages are left", () => {
  const lines: Line[] = [[0, "customer", "hello"]];
  assert.deepEqual(replayed(TIMED, recordingOf(lines), { until: at(11) }).turns[0]?.[2], [
    "Name?",
    "Too late",
  ]);
  const cut = replayed(TIMED, recordingOf(lines, { isCut: true }), { until: at(11) });
  assert.deepEqual([cut.turns[0]?.[2], cut.isCut, cut.until], [["Name?"], true, at(0)]);
});

test("messages that belong together are one turn; a burst is one answer where the version gathers bursts", () => {
  const lines: Line[] = [
    [0, "customer", "hello"],
    [0.02, "customer", "I am"],
    [0.04, "customer", "Bob"],
    [0.05, "chatbot", "Name?"],
    [0.06, "chatbot", "Hi I am, Ada"],
  ];
  const apart = replayed(HELLO, recordingOf(lines));
  assert.deepEqual(apart.turns[0]?.[0], ["hello", "I am", "Bob"]);
  assert.deepEqual(apart.turns[0]?.[2], ["Name?", "Hi I am, Ada", "Name?"]);
  const { graph } = HELLO;
  const gathering = runnable({
    id: "v",
    tenant_id: "t",
    ...graph,
    settings: { debounceMs: 5000 },
    subflows: {},
    flows: {},
  });
  const together = replayed(gathering, recordingOf(lines));
  assert.deepEqual(together.turns[0]?.[2], ["Name?"]);
});

test("while a person had stepped in the chatbot is silent; then it asks again, or ends, as its settings say", () => {
  const lines: Line[] = [
    [0, "customer", "hello"],
    [1, "person", "I will take this"],
    [2, "customer", "Bob"],
    [90, "customer", "Eve"],
  ];
  const resumed = replayed(HELLO, recordingOf(lines));
  assert.deepEqual(
    resumed.turns.map((turn) => [turn[0], turn[2]]),
    [
      [["hello"], ["Name?"]],
      [["Bob"], ["Name?"]],
      [["Eve"], ["Hi Eve, Ada"]],
    ],
  );
  const { graph } = HELLO;
  const ending = runnable({
    id: "v",
    tenant_id: "t",
    ...graph,
    settings: { afterPause: "end" },
    subflows: {},
    flows: {},
  });
  const { runs } = replayed(ending, recordingOf(lines));
  assert.deepEqual(
    runs.map(({ reason }) => reason),
    ["taken_over", "timeout"],
  );
});

test("during a pause no timer fires and no call is answered; only the timeout of a handoff fires, and the next step waits", () => {
  const calling = versionOf(
    {
      start: ["start"],
      team: ["handoff", { timeoutSeconds: 600 }],
      api: ["rest_api", { apiUrl: "https://x.example/", apiOutputVariable: "got" }],
      wait: ["delay", { delay: 5, delayUnit: "minutes" }],
      m: ["message", { content: "{{got}}" }],
    },
    ["start > team", "team:timeout > api", "api:success > wait", "wait > m"],
  );
  const recording = recordingOf([
    [0, "customer", "hello"],
    [5, "person", "I am here"],
    // Ten minutes after the handoff began, and while the pause lasts.
    [30, "customer", "and?"],
    // After it.
    [66, "customer", "still there?"],
    [80, "customer", "bye"],
  ]);
  const { turns, runs } = replayed(calling, recording, { until: at(85), stub: { api: { body: "42" } } });
  assert.deepEqual(
    turns.map((turn) => [turn[0], turn[2]]),
    [
      [["hello"], []],
      [["and?"], []],
      [["still there?"], ["42"]],
      [["bye"], []],
    ],
  );
  assert.deepEqual(runs[0]?.path, ["start", "team", "api", "wait", "m"]);
});

test("triggers decide what starts a run, as in production, unless the replay ignores them", () => {
  const triggers = [{ kind: "keyword", words: ["start"] }];
  const version = versionOf({ start: ["start", { triggers }], m: ["message", { content: "Go" }] }, [
    "start > m",
  ]);
  const recording = recordingOf([
    [0, "customer", "hello"],
    [1, "customer", "start"],
  ]);
  const said = (options: object) => replayed(version, recording, options).turns.map((turn) => turn[2]);
  assert.deepEqual(said({}), [[], ["Go"]]);
  assert.deepEqual(said({ ignoresTriggers: true }), [["Go"], ["Go"]]);
});

test("the first message is the first only from the beginning", () => {
  const triggers = [{ kind: "first_message" }];
  const version = versionOf({ start: ["start", { triggers }], m: ["message", { content: "New!" }] }, [
    "start > m",
  ]);
  const lines: Line[] = [
    [0, "customer", "hello"],
    [1, "customer", "again"],
  ];
  const said = (recording: Recording) => replayed(version, recording).turns.map((turn) => turn[2]);
  assert.deepEqual(said(recordingOf(lines)), [["New!"], []]);
  assert.deepEqual(said(recordingOf(lines, { isFromBeginning: false })), [[], []]);
});

test("calls are answered by the stub, with their retries; a model says again what it said then", () => {
  const version = versionOf(
    {
      start: ["start"],
      api: ["rest_api", { apiUrl: "https://x.example/", apiOutputVariable: "got" }],
      ai: ["ai_reply", { aiPrompt: "?" }],
      m: ["message", { content: "{{got}}" }],
    },
    ["start > api", "api:success > ai", "ai > m"],
  );
  const lines: Line[] = [
    [0, "customer", "hello"],
    [0, "chatbot", { content: { body: "Recorded" }, nodeId: "ai", isModels: true }],
  ];
  const stub = { api: [{ status: 503 }, { body: "42" }], ai: "Stubbed" };
  assert.deepEqual(replayed(version, recordingOf(lines), { stub }).turns[0]?.[2], ["Recorded", "42"]);
  assert.deepEqual(replayed(version, recordingOf(lines.slice(0, 1)), { stub }).turns[0]?.[2], [
    "Stubbed",
    "42",
  ]);
});

test("runs take the ids of those that were: what is drawn by chance is drawn alike", () => {
  const version = versionOf(
    {
      start: ["start"],
      set: ["set_variable", { variable: "ref", operation: "random_id" }],
      m: ["message", { content: "{{ref}}" }],
    },
    ["start > set", "set > m"],
  );
  const said = (runIds: string[]) =>
    replayed(version, recordingOf([[0, "customer", "hello"]], { runIds })).turns[0]?.[2];
  const id = "0190aaaa-0000-7000-8000-000000000001";
  assert.deepEqual(said([id]), said([id]));
  assert.notDeepEqual(said([id]), said([]));
});

test("a turn without recorded messages, and messages that the chatbot sent on its own", () => {
  assert.deepEqual(replayed(HELLO, recordingOf([])), {
    turns: [],
    runs: [],
    differentTurns: 0,
    isCut: false,
    until: at(10_000),
  });
  assert.deepEqual(replayed(HELLO, recordingOf([[0, "chatbot", "Reminder"]])).turns, [
    [[], ["Reminder"], [], true],
  ]);
  assert.deepEqual(replayed(HELLO, recordingOf([[0, "person", "Hello?"]])).turns, []);
});

test("a message that a chatbot ignores, or of an unknown format, changes nothing and causes no error", () => {
  for (const said of [
    { type: "reaction", content: { emoji: "👍" } },
    { type: "unsupported", content: {} },
    { type: "contacts", content: {} },
    { type: "interactive", content: null },
    { type: "interactive", content: { nfm_reply: { response_json: "{" } } },
    { type: "no such type", content: [] },
  ]) {
    const { runs } = replayed(
      HELLO,
      recordingOf([
        [0, "customer", "hello"],
        [1, "customer", said as Partial<RecordedMessage>],
        [2, "customer", "Bob"],
      ]),
    );
    assert.equal(runs[0]?.variables.name, "Bob", JSON.stringify(said));
  }
});
