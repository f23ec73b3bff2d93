import assert from "node:assert/strict";
import { test } from "node:test";
import { advance } from "../../../../src/chatbot/engine/advance.ts";
import { newContext } from "../../../../src/chatbot/engine/context.ts";
import { moved } from "../../../../src/chatbot/engine/move.ts";
import { exportChatbot } from "../../../../src/chatbot/exchange/export.ts";
import { parseGraph } from "../../../../src/chatbot/exchange/parse_graph.ts";
import type { Graph } from "../../../../src/chatbot/graph/graph.ts";
import { indexGraph } from "../../../../src/chatbot/graph/graph_index.ts";
import { DEFAULT_SETTINGS } from "../../../../src/chatbot/graph/settings.ts";
import { draftVersion } from "../../../../src/chatbot/graph/version.ts";
import { kindsAsData } from "../../../../src/chatbot/nodes/kinds_as_data.ts";
import { httpStub } from "../../../../src/chatbot/simulation/http_stub.ts";
import { simulate } from "../../../../src/chatbot/simulation/simulate.ts";
import { referencesOf, type Surroundings } from "../../../../src/chatbot/validation/references.ts";
import { validateGraph } from "../../../../src/chatbot/validation/validate.ts";
import { sectionOfKind } from "../../../docs/node_sections.ts";
import { chainOf, graphOf, NOW, type NodeSpec, RUN_ID } from "../build.ts";
import { KINDS } from "./made_up_node.ts";

const DATA = { carrier: "dhl", address: "{{contact.street}}" };
const found = (graph: Graph, around: Surroundings = {}) =>
  validateGraph(graph, around, DEFAULT_SETTINGS, KINDS).map(({ code, nodeId }) => `${code} ${nodeId}`);

test("without its registration it is an unknown type; with it nothing is wrong", () => {
  const graph = chainOf({ p: ["send_parcel", DATA] });
  assert.deepEqual(
    validateGraph(graph).map(({ code }) => code),
    ["unknown_node_type"],
  );
  assert.deepEqual(found(graph), []);
  assert.equal(parseGraph(graph.nodes, graph.edges).problems[0]?.code, "unknown_node_type");
  assert.deepEqual(parseGraph(graph.nodes, graph.edges, KINDS).problems, []);
});

test("its fields are checked", () => {
  assert.deepEqual(found(chainOf({ p: ["send_parcel"] })), ["missing_carrier p", "missing_address p"]);
  const data = { ...DATA, address: "x".repeat(41), code: "((" };
  assert.deepEqual(found(chainOf({ p: ["send_parcel", data] })), ["text_too_long p", "bad_regex p"]);
});

test("its exits are known, those that its fields name too", () => {
  const nodes: { [id: string]: NodeSpec } = {
    start: ["start"],
    p: ["send_parcel", { ...DATA, depots: [{ id: "north" }] }],
    e: ["end"],
  };
  const drawn = (handle: string) => graphOf(nodes, ["start > p", `p:${handle} > e`]);
  for (const handle of ["delivered", "refused", "timeout", "north", "default"])
    assert.deepEqual(found(drawn(handle)), [], handle);
  assert.deepEqual(found(drawn("south")), ["unknown_exit p"]);
});

test("a node that it names is reached", () => {
  const graph = graphOf({ start: ["start"], p: ["send_parcel", { ...DATA, lostNodeId: "e" }], e: ["end"] }, [
    "start > p",
  ]);
  assert.deepEqual(found(graph), []);
});

test("a loop through it is a conversation; one that never waits is not", () => {
  const loop = (type: string) =>
    graphOf({ start: ["start"], a: [type, DATA], b: ["pass"] }, ["start > a", "a > b", "b > a"]);
  assert.deepEqual(found(loop("send_parcel")), []);
  assert.deepEqual(found(loop("toss_coin")), ["loop_without_wait a"]);
  assert.deepEqual(found(loop("pass")), ["endless_loop a"]);
});

test("what it waits for counts in the 24-hour window", () => {
  const graph = graphOf({ start: ["start"], p: ["send_parcel", DATA], m: ["message", { content: "Late" }] }, [
    "start > p",
    "p:timeout > m",
  ]);
  assert.deepEqual(found(graph), ["outside_window m"]);
  const [source, other] = [draftVersion(graph), draftVersion(graph)];
  const waiting = { kind: "callback", nodeId: "p", timer: { kind: "delay", at: NOW } } as const;
  const context = { ...newContext(RUN_ID, "c", NOW), currentNodeId: "p", waiting };
  assert.deepEqual(moved(context, source, other, NOW, KINDS).waiting, waiting);
});

test("what it names is looked for", () => {
  const graph = chainOf({ p: ["send_parcel", { ...DATA, depots: [{ id: "n", keeper: "ann" }] }] });
  assert.deepEqual(referencesOf(graph, KINDS), [
    { kind: "data_source", id: "dhl", field: "carrier", nodeId: "p" },
    { kind: "member", id: "ann", field: "keeper", nodeId: "p" },
  ]);
  const around: Surroundings = { data_source: { dhl: "inactive" }, member: {} };
  assert.deepEqual(found(graph, around), ["inactive_data_source p", "unknown_member p"]);
});

test("the variables that it sets and reads are known, and its numbered ones", () => {
  const graph = chainOf({
    p: ["send_parcel", { ...DATA, parcelVariable: "parcel", weightVariable: "{{weight}}" }],
    m: ["message", { content: "{{parcel}} {{parcel_1.number}} {{parcel_2.number}}" }],
  });
  assert.equal(indexGraph(graph, KINDS).names.get("p"), "parcel_1");
  assert.deepEqual(
    validateGraph(graph, {}, DEFAULT_SETTINGS, KINDS).map(({ message }) => message),
    ['No node sets the variable "weight".', 'No node sets the variable "parcel_2.number".'],
  );
});

test("its secrets are not exported", () => {
  const data = { ...DATA, account: "4711", sentHeaders: { "X-Site": "abc-site-0", accept: "text/plain" } };
  const graph = chainOf({ p: ["send_parcel", data], q: ["send_parcel", { account: "{{account}}" }] });
  const chatbot = {
    ...{ id: null, name: "Shop", description: null, settings: {}, isActive: false, metadata: null },
    ...{ status: "draft" as const, graph, flows: [], subflows: [] },
  };
  const exported = JSON.stringify(exportChatbot(chatbot, NOW, KINDS));
  assert.doesNotMatch(exported, /4711|abc-site-0/);
  assert.match(exported, /"accept":"text\/plain".*"account":"\{\{account\}\}"/);
});

test("it runs, and a simulation answers its requests", () => {
  const graph = graphOf({ start: ["start"], p: ["send_parcel", DATA], e: ["end", { outcome: "there" }] }, [
    "start > p",
    "p:delivered > e",
    "p:refused > e",
  ]);
  const version = draftVersion(graph);
  const played = simulate(version, ["{}"], { now: NOW, kinds: KINDS });
  assert.deepEqual([played.said, played.outcome], [["Your parcel: P-0"], "there"]);
  assert.equal(played.variables["parcel_1.number"], "P-0");
  const stub = httpStub({ p: { failure: "blocked" } });
  assert.deepEqual(simulate(version, [], { now: NOW, kinds: KINDS, stub }).said, []);

  const start = { kind: "start", message: null } as const;
  const { effects } = advance(version, newContext(RUN_ID, "c", NOW), start, NOW, { kinds: KINDS });
  assert.ok(effects.some((effect) => effect.kind === "http_request" && effect.request.url === "/parcels"));
  assert.match(simulate(version, [], { now: NOW }).reason, /^unknown_node_type/);
});

test("it describes itself, for the docs and for editors", () => {
  const kind = KINDS.named("send_parcel")!;
  assert.match(
    sectionOfKind(kind),
    /\| `pieces` \| number \| How many pieces\. Default: `1`\. From 1 to 9\. \|/,
  );
  assert.match(sectionOfKind(kind), /\| `depots\[\]\.keeper` \| reference \| Who\. \|/);
  const data = kindsAsData(KINDS).find((one) => one.kind === "send_parcel");
  assert.deepEqual([data?.waits, data?.ownExits], [true, "the ids of the depots"]);
  assert.equal(data?.fields.find(({ name }) => name === "address")?.isRequired, true);
});
