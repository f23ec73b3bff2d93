import assert from "node:assert/strict";
import type { Json, JsonObject } from "../../../../src/base/json/json.ts";
import { importParsed } from "../../../../src/chatbot/exchange/import.ts";
import { draftVersion } from "../../../../src/chatbot/graph/version.ts";
import { httpStub } from "../../../../src/chatbot/simulation/http_stub.ts";
import { simulate } from "../../../../src/chatbot/simulation/simulate.ts";
import { NOW } from "../build.ts";

/** Typebots of version 6, as tests write and play them. */

export const p = (...children: Json[]) => ({ richText: [{ type: "p", children }] });
export const says = (id: string, text: string, rest: JsonObject = {}) => ({
  id,
  type: "text",
  content: p({ text }),
  ...rest,
});

/** A Typebot of version 6 from its groups: `{group: blocks}`; edges are `"id > group[/block]"`. */
export const typebot = (groups: { [id: string]: unknown[] }, edges: string[], rest: object = {}) => ({
  version: "6",
  name: "Imported",
  events: [{ id: "ev", type: "start", outgoingEdgeId: "e0", graphCoordinates: { x: 0, y: 0 } }],
  groups: Object.entries(groups).map(([id, blocks]) => ({
    id,
    title: id,
    graphCoordinates: { x: 1, y: 2 },
    blocks,
  })),
  edges: edges.map((edge) => {
    const [id, to = ""] = edge.split(" > ");
    const [groupId, blockId] = to.split("/");
    return { id, from: {}, to: { groupId, ...(blockId !== undefined && { blockId }) } };
  }),
  variables: [
    { id: "v1", name: "First name" },
    { id: "v2", name: "Score" },
  ],
  ...rest,
});

export const read = (file: unknown) => {
  const result = importParsed(file);
  assert.ok(result.kind === "imported", JSON.stringify(result));
  return {
    graph: result.chatbot.graph,
    losses: result.warnings.map(({ nodeId, code }) => `${nodeId} ${code}`),
  };
};
export const play = (file: unknown, replies: string[] = [], stub?: unknown) =>
  simulate(draftVersion(read(file).graph), replies, { now: NOW, stub: httpStub(stub) });
