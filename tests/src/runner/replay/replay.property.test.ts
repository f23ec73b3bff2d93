import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { httpStub } from "../../../../src/chatbot/simulation/http_stub.ts";
import { withStub } from "../../../../src/chatbot/simulation/simulate.ts";
import type { RecordedMessage, Recording } from "../../../../src/runner/replay/recording.ts";
import { replay } from "../../../../src/runner/replay/replay.ts";
import { runnable } from "../../../../src/runner/runnable_version.ts";
import { NOW } from "../../chatbot/build.ts";
import { graph, json, outside } from "../../chatbot/random_graphs.ts";

const message: fc.Arbitrary<Omit<RecordedMessage, "at" | "id"> & { after: number }> = fc.record({
  by: fc.constantFrom("customer", "customer", "customer", "chatbot", "person"),
  type: fc.constantFrom("text", "text", "interactive", "image", "contacts", "button", "reaction", "odd"),
  content: fc.oneof(
    outside.map((body) => ({ body })),
    outside.map((id) => ({ type: "button_reply", button_reply: { id, title: id } })),
    outside.map((id) => ({
      type: "nfm_reply",
      nfm_reply: { response_json: JSON.stringify({ flow_token: `r-${id}` }) },
    })),
    json,
  ),
  referral: fc.constantFrom(null, { source_id: "1" }),
  nodeId: fc.constantFrom(null, "n0", "n1"),
  isModels: fc.boolean(),
  /** Seconds. */
  after: fc.constantFrom(0, 1, 5, 60, 4000, 100_000),
});

test("any graph, any recording: it is replayed to its end, and repeats itself", () => {
  fc.assert(
    fc.property(
      graph,
      fc.array(message, { maxLength: 15 }),
      fc.record({
        ignoresTriggers: fc.boolean(),
        debounceMs: fc.constantFrom(0, 3000),
        isCut: fc.boolean(),
        stub: json,
      }),
      ({ nodes, edges }, said, { ignoresTriggers, debounceMs, isCut, stub }) => {
        const settings = { maxStepsPerTurn: 30, maxStepsPerRun: 200, maxVisitsPerNode: 20, debounceMs };
        const version = runnable({
          id: "v",
          tenant_id: "t",
          nodes,
          edges,
          settings,
          subflows: {},
          flows: {},
        });
        let clock = Date.parse(NOW);
        const recording: Recording = {
          conversationId: "c",
          tenantId: "t",
          contact: { id: "p", phone: null },
          messages: said.map(({ after, ...one }, index) => {
            clock += after * 1000;
            return { ...one, id: `m${index}`, at: new Date(clock).toISOString() };
          }),
          isCut,
          isFromBeginning: true,
          runIds: [],
        };
        const until = new Date(clock + 3_600_000).toISOString();
        const play = () => withStub(replay(version, recording, { until, ignoresTriggers }), httpStub(stub));
        const first = play();
        assert.deepEqual(play(), first);
        const heard = first.turns.flatMap((turn) => turn.heard);
        assert.equal(heard.length, said.filter(({ by }) => by === "customer").length);
        const spoke = first.turns.flatMap((turn) => turn.said);
        assert.equal(spoke.length, said.filter(({ by }) => by === "chatbot").length);
        assert.ok(
          !first.runs.some(({ reason }) => reason.startsWith("engine_error")),
          JSON.stringify(first.runs),
        );
        assert.equal(first.differentTurns, first.turns.filter(({ isDifferent }) => isDifferent).length);
      },
    ),
    { numRuns: 500 },
  );
});
