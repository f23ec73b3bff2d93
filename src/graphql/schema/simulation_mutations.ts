import { z } from "zod";
import { ParleyError } from "../../base/errors.ts";
import { isObject } from "../../base/json/json.ts";
import { isActive } from "../../chatbot/engine/context.ts";
import type { ChatbotVersion } from "../../chatbot/graph/version.ts";
import { httpStub } from "../../chatbot/simulation/http_stub.ts";
import { continueSimulation, startSimulation, summarize } from "../../chatbot/simulation/simulate.ts";
import type {
  PendingRequest,
  Playing,
  RequestResult,
  Simulation,
} from "../../chatbot/simulation/simulation.ts";
import { stubbed } from "../../chatbot/simulation/stubbed.ts";
import type { TraceTurn } from "../../chatbot/simulation/trace.ts";
import { turnBudget } from "../../runner/turn_budget.ts";
import type { SimulationCalls } from "../simulation_calls.ts";
import { choice, instant, json, uuid } from "./graphql_types.ts";
import { play } from "./play.ts";
import { findPlayable, type Playable } from "./playable.ts";
import { type Caller, type ServerMutation, serverMutation } from "./server_mutation.ts";
import { isSimulation } from "./simulation_state.ts";
import { readUnsaved, unsavedDraft } from "./unsaved_draft.ts";

/**
 * Chatbots played by their authors, with the engine of production: nothing is sent or stored. What is played is read
 * first; no database connection is held while it is played, because a real request may take long.
 */
export function simulationMutations(calls: SimulationCalls): ServerMutation[] {
  return [start(calls), continueRun(calls)];
}

const SimulatedCalls = choice("SimulatedCalls", "How the requests of a played chatbot are answered.", {
  stubbed: "httpStub does; no call is made.",
  real:
    "The addresses, data sources and calendars that are called, with their credentials, as in production; at most 20 " +
    "calls in a step. Language models stay stubbed: their budgets belong to conversations.",
});

const played = {
  ...unsavedDraft,
  httpStub: json()
    .optional()
    .describe(
      "Answers to calls, as parley chatbot run takes them; without one each succeeds with an empty body.",
    ),
  calls: SimulatedCalls.default("stubbed").describe("Defaults to stubbed."),
};

const payload = {
  state: json<Simulation>().describe("For continueSimulation. The client keeps it: nothing is stored."),
  path: z.array(z.string()).describe("Ids of the nodes entered, the start node first."),
  said: z.array(z.string()).describe("What the chatbot has said since the start, as texts."),
  variables: json().describe("The variables of the run."),
  outcome: z.string().describe("The outcome of the run; waiting if it has not ended."),
  reason: z.string().describe('Why the run ended; "waiting_for: …" if it has not.'),
  trace: json<TraceTurn[]>().describe(
    "The events of this step, turn by turn: [{event, input, at, nodes: [{id, type, subflow?, effects, changed, " +
      "output}]}]. Without the credentials of calls.",
  ),
};

function start(calls: SimulationCalls): ServerMutation {
  return serverMutation({
    name: "startSimulation",
    requires: "manage_all",
    about:
      "Plays a chatbot without sending anything, until it waits for the customer. Delays pass at once. For admins: what " +
      "is played shows the graph.",
    errors: {
      PYREQ: "no chatbot is named",
      PYNFD: "the chatbot or version does not exist",
      PYDEN: "the caller is not an admin",
      PYGRA: "the graph cannot be read",
      PYTIM: "playing took too long",
    },
    input: {
      chatbotId: uuid().optional().describe("Its draft is played, unless a version is named."),
      versionId: uuid().optional().describe("A chatbot's id: only events of that chatbot."),
      variables: json().optional().describe("Set before the first node."),
      ...played,
      at: instant().optional().describe("The virtual clock at the start; defaults to now."),
    },
    payload,
    payloadName: "SimulationPayload",
    run: ({ input: { at = new Date().toISOString(), variables, ...input }, asCaller }) =>
      playFor(calls, asCaller, input, (version) =>
        startSimulation(version, { now: at, budget: turnBudget, ...(isObject(variables) && { variables }) }),
      ),
  });
}

function continueRun(calls: SimulationCalls): ServerMutation {
  return serverMutation({
    name: "continueSimulation",
    requires: "manage_all",
    about: "Continues a simulated run with the customer's next reply, or lets time pass.",
    errors: {
      PYREQ: "the state is not valid, or the run has ended",
      PYNFD: "the chatbot or version does not exist",
      PYDEN: "the caller is not an admin",
      PYGRA: "the graph cannot be read",
      PYTIM: "playing took too long",
    },
    input: {
      chatbotId: uuid().optional().describe("As for startSimulation."),
      versionId: uuid().optional().describe("As for startSimulation."),
      state: json<Simulation>(isSimulation, "must be passed back exactly as it was returned").describe(
        "The state that the previous step returned.",
      ),
      reply: z
        .string()
        .optional()
        .describe(
          "The id or title of a button or row, a text, or {…} for a form's answer. Null: nothing is said, time passes.",
        ),
      at: instant()
        .optional()
        .describe(
          "The virtual clock at the reply: timers that are due before it fire first. It never goes back; without it the clock stands still.",
        ),
      ...played,
    },
    payload,
    payloadName: "SimulationPayload",
    run: ({ input: { state, reply: text = null, at, ...input }, asCaller }) => {
      if (!isActive(state.context)) throw new ParleyError("PYREQ", "The simulated run has ended");
      return playFor(calls, asCaller, input, (version) =>
        continueSimulation(version, state, { text, ...(at && { at }) }, turnBudget),
      );
    },
  });
}

type Input = {
  chatbotId?: string | undefined;
  versionId?: string | undefined;
  nodes?: unknown;
  edges?: unknown;
  settings?: unknown;
  httpStub?: unknown;
  calls: "stubbed" | "real";
};

async function playFor(
  calls: SimulationCalls,
  asCaller: Caller["asCaller"],
  input: Input,
  begin: (version: ChatbotVersion) => Playing,
) {
  const unsaved = readUnsaved(input);
  const playable = await asCaller((db) => findPlayable(db, { ...input, unsaved }));
  const answer = answering(playable, input, calls);
  const { simulation, trace } = await play(begin(playable.version), answer, calls.limitMs);
  return { state: simulation, ...summarize(simulation), trace };
}

/** What answers the calls of a step. */
function answering({ version: { tenantId }, ownerId }: Playable, input: Input, calls: SimulationCalls) {
  const stub = httpStub(input.httpStub ?? null);
  const call = input.calls === "real" ? calls.begin() : null;
  return async (pending: PendingRequest): Promise<RequestResult> => {
    const { waiting, variables } = pending;
    if (call === null || waiting.kind === "ai") return stubbed(pending, stub);
    const result = await call({ tenantId, ownerId, variables }, waiting.request);
    return { kind: "http_result", requestId: waiting.requestId, result };
  };
}
