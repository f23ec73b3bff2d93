import assert from "node:assert/strict";
import { test } from "node:test";
import { exportChatbot } from "../../../../src/chatbot/exchange/export.ts";
import { importChatbot, importParsed } from "../../../../src/chatbot/exchange/import.ts";
import type { Graph } from "../../../../src/chatbot/graph/graph.ts";
import { draftVersion } from "../../../../src/chatbot/graph/version.ts";
import { httpStub } from "../../../../src/chatbot/simulation/http_stub.ts";
import { simulate } from "../../../../src/chatbot/simulation/simulate.ts";
import { NOW } from "../build.ts";
import { barber } from "../fixtures/barber.ts";
import { helpdesk } from "../fixtures/helpdesk.ts";
import { multiSector } from "../fixtures/multi_sector.ts";
import { serviceDesk } from "../fixtures/service_desk.ts";

/** The same chatbot as other exporters would write it takes the same way. */

// biome-ignore lint/suspicious/noExplicitAny: files of strangers
type File = any;

const FORM = '{"day":"Monday"}';
const BOTS: [name: string, graph: Graph, replies: string[]][] = [
  ["barber", barber, ["btn_hizmetler", "sac_kesim", "btn_evet", FORM]],
  ["helpdesk", helpdesk, ["btn-0", "Ann", "teknik", "It is broken", "3"]],
  ["multi-sector", multiSector, ["btn_demolar", "demo_emlak", FORM, "btn_hayir"]],
  ["service desk", serviceDesk, ["btn_new", "1", "s", "d", "btn_low", "btn_no"]],
];

const nodesOf = (change: (node: File) => void) => (file: File) => {
  for (const node of file.nodes) change(node);
  return file;
};
const edgesOf = (change: (edge: File) => object) => (file: File) => ({
  ...file,
  edges: file.edges.map(change),
});
const turned = (value: File): File =>
  Array.isArray(value)
    ? value.map(turned)
    : typeof value === "object" && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .reverse()
            .map(([key, field]) => [key, turned(field)]),
        )
      : value;

const VARIATIONS: { [name: string]: (file: File) => File } = {
  bare: (file) => file,
  wrapped: (file) => ({ version: "1.0", exportedAt: NOW, chatbot: file, whatsappFlows: null }),
  "a number as version": (file) => ({ version: 1, chatbot: { ...file, status: "active", isActive: true } }),
  "edges without ids": edgesOf(({ source, target, sourceHandle }) => ({ source, target, sourceHandle })),
  "no handle is null": edgesOf((edge) => ({
    ...edge,
    sourceHandle: edge.sourceHandle ?? null,
    targetHandle: null,
  })),
  "no handle is empty": edgesOf((edge) => ({ ...edge, sourceHandle: edge.sourceHandle ?? "" })),
  "true and false without quotes": edgesOf((edge) =>
    /^(true|false)$/.test(edge.sourceHandle ?? "")
      ? { ...edge, sourceHandle: edge.sourceHandle === "true" }
      : edge,
  ),
  "the type in the data alone": nodesOf((node) => {
    node.data.type = node.type;
    delete node.type;
  }),
  "the type outside alone": nodesOf((node) => {
    delete node.data.type;
  }),
  "a type of the builder's own outside": nodesOf((node) => {
    node.data.type = node.type;
    node.type = "custom";
  }),
  "numbers as ids": (file) => {
    const ids = new Map(file.nodes.map(({ id }: File, index: number) => [id, index]));
    for (const node of file.nodes) node.id = ids.get(node.id);
    return edgesOf((edge) => ({ ...edge, source: ids.get(edge.source), target: ids.get(edge.target) }))(file);
  },
  "fields nobody knows": (file) => ({
    ...nodesOf((node) => {
      Object.assign(node, { measured: { width: 1 }, selected: false, dragging: null });
      Object.assign(node.data, { zzz: [{ a: null }], onDelete: "f" });
    })(file),
    $schema: "x",
  }),
  "nulls for what is not there": nodesOf((node) => {
    for (const name of [
      "headerText",
      "conditionGroup",
      "dynamicListSource",
      "apiHeaders",
      "timeoutSeconds",
      "maxAttempts",
    ])
      node.data[name] ??= null;
  }),
  "keys in another order": turned,
  "conditions as groups": nodesOf(({ data }) => {
    if (data.conditionVar === undefined) return;
    const { conditionVar: variable, conditionOp: operator, conditionVal: value } = data;
    data.conditionGroup = { logicalOperator: "or", conditions: [{ id: 1, variable, operator, value }] };
    data.conditionVar = "nothing";
  }),
  "empty groups": nodesOf(({ data }) => {
    if (data.conditionVar !== undefined) data.conditionGroup = { logicalOperator: "AND", conditions: [] };
  }),
  "our own export": (file) => {
    const { chatbot } = imported(file);
    const flows = chatbot.flows.map((flow) => ({ ...flow, status: "DRAFT", metadata: {} }));
    return exportChatbot({ ...chatbot, flows, isActive: false, status: "draft" }, NOW);
  },
};

function imported(file: File) {
  const result = importParsed(file);
  assert.ok(result.kind === "imported", JSON.stringify(result));
  return result;
}

for (const [bot, graph, replies] of BOTS) {
  const stub = httpStub({ "*": { access_token: "t", categories: [{ id: "1", name: "Network" }] } });
  const played = (file: File) => {
    const result = importChatbot(JSON.stringify(file));
    assert.ok(result.kind === "imported", JSON.stringify(result));
    return simulate(draftVersion(result.chatbot.graph), replies, { now: NOW, stub });
  };
  const fresh = () => structuredClone({ name: bot, ...graph });
  const usual = played(fresh());
  test(`${bot}: goes to its end`, () =>
    assert.ok(usual.path.length > 5 && usual.outcome === "completed", usual.reason));

  for (const [name, vary] of Object.entries(VARIATIONS))
    test(`${bot}: ${name}`, () => {
      const { path, said, outcome, reason } = played(vary(fresh()));
      assert.deepEqual([said, outcome, reason], [usual.said, usual.outcome, usual.reason]);
      const ids = new Map(
        graph.nodes.map(({ id }, index) => [name === "numbers as ids" ? `${index}` : id, id]),
      );
      assert.deepEqual(
        path.map((id) => ids.get(id)),
        usual.path,
      );
    });
}
