import { type PgClient, sideEffectWithPgClient } from "postgraphile/@dataplan/pg";
import { access, object, type Step, sideEffect } from "postgraphile/grafast";
import { extendSchema, gql } from "postgraphile/utils";
import { ParleyError } from "../../base/errors.ts";
import { isObject } from "../../base/json/json.ts";
import { isActive } from "../../chatbot/engine/context.ts";
import type { ChatbotVersion } from "../../chatbot/graph/version.ts";
import { httpStub } from "../../chatbot/simulation/http_stub.ts";
import { continueSimulation, startSimulation, summarize } from "../../chatbot/simulation/simulate.ts";
import type { CallResult, PendingCall, Playing } from "../../chatbot/simulation/simulation.ts";
import { stubbed } from "../../chatbot/simulation/stubbed.ts";
import { turnBudget } from "../../runner/turn_budget.ts";
import type { SimulationCalls } from "../simulation_calls.ts";
import { readInstant } from "./instant.ts";
import { play } from "./play.ts";
import { findPlayable, type Playable, type PlayableNames } from "./playable.ts";
import { readSimulation } from "./simulation_state.ts";

/**
 * Chatbots played by their authors, with the engine that runs in earnest: nothing is sent or stored. What is played is
 * read first; while it is played no connection to the database is held, for a real call may take its time.
 */
export function simulationMutations(calls: SimulationCalls): GraphileConfig.Plugin {
  return extendSchema((build) => {
    const { chatbots } = build.input.pgRegistry.pgResources;
    if (!chatbots) throw new Error("the schema has no table of chatbots");
    const { executor } = chatbots;
    const playing =
      <T extends Input>(begin: (version: ChatbotVersion, input: T) => Playing) =>
      (_$root: Step, args: { getRaw(path: string | string[]): Step }) => {
        const $found = sideEffectWithPgClient(executor, args.getRaw("input") as Step<T>, find);
        const result = sideEffect($found, async ({ playable, input }) => {
          const answer = answering(playable, input, calls);
          const { simulation, trace } = await play(begin(playable.version, input), answer, calls.limitMs);
          return { state: simulation, ...summarize(simulation), trace };
        });
        return object({ clientMutationId: args.getRaw(["input", "clientMutationId"]), result });
      };
    const fields = ["state", "path", "said", "variables", "outcome", "reason", "trace"];
    const plans = Object.fromEntries(
      fields.map((name) => [name, ($object: Step) => access($object, ["result", name])]),
    );

    return {
      typeDefs: gql`
        extend type Mutation {
          "Plays a chatbot without sending anything, until it waits for the customer. Delays pass at once. For admins: what is played shows the graph. PYNFD, PYGRA. PYREQ: no chatbot is named. PYTIM: it played for too long."
          startSimulation(input: StartSimulationInput!): SimulationPayload

          "Gives a played run the customer's next reply, or lets time pass. PYREQ: the state is none, or that run is over. PYNFD, PYGRA, PYTIM."
          continueSimulation(input: ContinueSimulationInput!): SimulationPayload
        }

        "Who answers the calls of a played chatbot."
        enum SimulatedCalls {
          "httpStub: nobody is asked."
          STUBBED
          "Those it is about: addresses, data sources and calendars, with their credentials, as in earnest; at most 20 calls in a step. Language models stay stubbed: their budgets belong to conversations."
          REAL
        }

        input StartSimulationInput {
          clientMutationId: String
          "Its draft is played, unless a version is named."
          chatbotId: UUID
          "Of that chatbot, if one is named."
          versionId: UUID
          "Set before the first node."
          variables: JSON
          "Answers to calls, as parley chatbot run takes them; without one each succeeds with an empty body."
          httpStub: JSON
          "Defaults to STUBBED."
          calls: SimulatedCalls
          "The virtual clock at the start; defaults to now."
          at: Datetime
        }
        input ContinueSimulationInput {
          clientMutationId: String
          chatbotId: UUID
          versionId: UUID
          "What the step before returned."
          state: JSON!
          "The id or title of a button or row, a text, or {…} for a form's answer. Null: nothing is said, time passes."
          reply: String
          "The virtual clock at the reply: timers that are due before ring first. It never goes back; without it the clock stands still."
          at: Datetime
          httpStub: JSON
          "Defaults to STUBBED."
          calls: SimulatedCalls
        }
        type SimulationPayload {
          clientMutationId: String
          "For continueSimulation. Yours to keep: nothing is stored here."
          state: JSON!
          "Ids of the nodes entered, the start node first."
          path: [String!]!
          said: [String!]!
          variables: JSON!
          "waiting while the run is not over."
          outcome: String!
          reason: String!
          "What happened in this step, turn by turn: [{event, input, at, nodes: [{id, type, subflow?, effects, changed, output}]}]. Without the credentials of calls."
          trace: JSON!
        }
      `,
      objects: {
        Mutation: { plans: { startSimulation: playing(start), continueSimulation: playing(proceed) } },
        SimulationPayload: { plans },
      },
    };
  }, "ParleySimulationMutations");
}

type Input = PlayableNames & { httpStub?: unknown; calls?: string | null; at?: string | null };
type StartInput = Input & { variables?: unknown };
type ContinueInput = Input & { state: unknown; reply?: string | null };

async function find<T extends Input>(client: PgClient, input: T): Promise<{ playable: Playable; input: T }> {
  return { playable: await findPlayable(client, input), input };
}

function start(version: ChatbotVersion, { at, variables }: StartInput): Playing {
  const now = at ? readInstant("at", at) : new Date().toISOString();
  return startSimulation(version, { now, budget: turnBudget, ...(isObject(variables) && { variables }) });
}

function proceed(version: ChatbotVersion, { state, reply = null, at }: ContinueInput): Playing {
  const before = readSimulation(state);
  if (!isActive(before.context)) throw new ParleyError("PYREQ", "The played run is over");
  const next = { text: reply, ...(at && { at: readInstant("at", at) }) };
  return continueSimulation(version, before, next, turnBudget);
}

/** Who answers a step's calls. */
function answering({ version: { tenantId }, ownerId }: Playable, input: Input, calls: SimulationCalls) {
  const stub = httpStub(input.httpStub ?? null);
  const call = input.calls === "REAL" ? calls.begin() : null;
  return async (pending: PendingCall): Promise<CallResult> => {
    const { waiting, variables } = pending;
    if (call === null || waiting.kind === "ai") return stubbed(pending, stub);
    const result = await call({ tenantId, ownerId, variables }, waiting.request);
    return { kind: "http_result", requestId: waiting.requestId, result };
  };
}
