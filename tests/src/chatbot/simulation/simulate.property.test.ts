import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { JsonObject } from "../../../../src/base/json/json.ts";
import { isActive } from "../../../../src/chatbot/engine/context.ts";
import type { Graph } from "../../../../src/chatbot/graph/graph.ts";
import { draftVersion } from "../../../../src/chatbot/graph/version.ts";
import { httpStub } from "../../../../src/chatbot/simulation/http_stub.ts";
import {
  continueSimulation,
  startSimulation,
  summarize,
  withStub,
} from "../../../../src/chatbot/simulation/simulate.ts";
import type { Played, Reply } from "../../../../src/chatbot/simulation/simulation.ts";
import { isSimulation } from "../../../../src/graphql/schema/simulation_state.ts";
import { NOW } from "../build.ts";
import { graph, json } from "../random_graphs.ts";

const reply: fc.Arbitrary<Reply> = fc
  .record({
    text: fc.oneof(
      fc.constantFrom(
        null,
        "A",
        "a",
        "1",
        "btn_1",
        "row-0",
        "skip",
        "{}",
        '{"a":1}',
        '{"type":"image","image":{}}',
      ),
      fc.string({ unit: "binary" }),
      json.map((value) => JSON.stringify(value)),
    ),
    minutes: fc.option(fc.integer({ min: -100, max: 10_000 }), { nil: undefined }),
  })
  .map(({ text, minutes }) =>
    minutes === undefined
      ? { text }
      : { text, at: new Date(Date.parse(NOW) + minutes * 60_000).toISOString() },
  );

const versionOf = (chatbot: Graph) => ({
  ...draftVersion(chatbot, { maxStepsPerTurn: 30, maxStepsPerRun: 200, maxVisitsPerNode: 20 }),
  subflows: { self: chatbot },
});

/** What the trace says of the variables, applied to those before, gives those after; every node and effect is in it. */
function checkTrace(
  before: JsonObject,
  path: string[],
  saidBefore: number,
  { simulation, trace }: Played,
): void {
  const variables = { ...before };
  for (const { nodes } of trace)
    for (const { changed } of nodes)
      for (const [name, value] of Object.entries(changed))
        if (value === null && simulation.context.variables[name] === undefined) delete variables[name];
        else variables[name] = value;
  const rest = (all: JsonObject) => Object.entries(all).filter(([, value]) => value !== null);
  assert.deepEqual(new Map(rest(variables)), new Map(rest(simulation.context.variables)));
  // A turn that is not the start begins at the node that had waited.
  const entered = trace.flatMap(({ event, nodes }) =>
    nodes.slice(event === "start" ? 0 : 1).flatMap(({ id }) => id ?? []),
  );
  const history = simulation.context.nodeHistory.map(({ nodeId }) => nodeId);
  assert.deepEqual([...path, ...entered], history);
  const said = trace.flatMap(({ nodes }) =>
    nodes.flatMap(({ effects }) =>
      effects.flatMap((effect) => (effect.kind === "send" ? effect.message : [])),
    ),
  );
  assert.deepEqual(simulation.messages.slice(saidBefore), said);
}

test("any graph, any replies: the state after a step can be continued, its trace is complete, and it is deterministic", () => {
  fc.assert(
    fc.property(graph, fc.array(reply, { maxLength: 10 }), json, (chatbot, replies, stub) => {
      const version = versionOf(chatbot);
      const play = () => {
        const log: unknown[] = [];
        let played = withStub(startSimulation(version, { now: NOW }), httpStub(stub));
        checkTrace({}, [], 0, played);
        for (const next of replies) {
          if (!isActive(played.simulation.context)) break;
          // The client's copy, through the eye of the API.
          const brought = JSON.parse(JSON.stringify(played.simulation));
          assert.ok(isSimulation(brought));
          const { variables, nodeHistory } = brought.context;
          const path = nodeHistory.map(({ nodeId }: { nodeId: string }) => nodeId);
          const { now } = brought;
          played = withStub(continueSimulation(version, brought, next), httpStub(stub));
          checkTrace(variables, path, brought.messages.length, played);
          assert.ok(played.simulation.now >= now, "the clock never goes back");
          log.push(played, summarize(played.simulation));
        }
        return JSON.stringify(log);
      };
      assert.equal(play(), play());
    }),
    { numRuns: 500 },
  );
});
