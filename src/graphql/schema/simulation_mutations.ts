import { type PgClient, sideEffectWithPgClient } from "postgraphile/@dataplan/pg";
import { access, object, type Step } from "postgraphile/grafast";
import { extendSchema, gql } from "postgraphile/utils";
import { isActive } from "../../chatbot/context.ts";
import { isObject } from "../../chatbot/json.ts";
import { httpStub } from "../../chatbot/simulation/http_stub.ts";
import {
  continueSimulation,
  type Simulation,
  startSimulation,
  summarize,
} from "../../chatbot/simulation/simulate.ts";
import { ParleyError } from "../../errors.ts";
import { createVersionStore } from "../../turns/version_store.ts";

/** Chatbots played by their authors: the engine that runs in earnest, and nothing is sent, called or stored. */
export const SimulationMutations: GraphileConfig.Plugin = extendSchema((build) => {
  const { chatbots } = build.input.pgRegistry.pgResources;
  if (!chatbots) throw new Error("the schema has no table of chatbots");
  const { executor } = chatbots;
  const doing =
    <T>(work: (client: PgClient, input: T) => Promise<object>) =>
    (_$root: Step, args: { getRaw(path: string | string[]): Step }) =>
      object({
        clientMutationId: args.getRaw(["input", "clientMutationId"]),
        result: sideEffectWithPgClient(executor, args.getRaw("input") as Step<T>, work),
      });
  const fields = ["state", "path", "said", "variables", "outcome", "reason", "trace"];
  const plans = Object.fromEntries(
    fields.map((name) => [name, ($object: Step) => access($object, ["result", name])]),
  );

  return {
    typeDefs: gql`
      extend type Mutation {
        "Plays a chatbot without sending anything, until it waits for the customer. Delays pass at once. For admins: what is played shows the graph. PYNFD. PYREQ: no chatbot is named."
        startSimulation(input: StartSimulationInput!): SimulationPayload

        "Gives a played run the customer's next reply. PYREQ: the state is none, or that run is over. PYNFD."
        continueSimulation(input: ContinueSimulationInput!): SimulationPayload
      }

      input StartSimulationInput {
        clientMutationId: String
        "Its draft is played, unless a version is named."
        chatbotId: UUID
        versionId: UUID
        "Set before the first node."
        variables: JSON
        "Answers to calls, as parley chatbot run takes them; without one each succeeds with an empty body."
        httpStub: JSON
        "The virtual clock at the start; now unless told."
        at: Datetime
      }
      input ContinueSimulationInput {
        clientMutationId: String
        chatbotId: UUID
        versionId: UUID
        "What the step before returned."
        state: JSON!
        "The id or title of a button or row, a text, or {…} for a form's answer."
        reply: String!
        httpStub: JSON
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
        "What happened in this step, turn by turn: [{event, at, nodes, effects, changed}]."
        trace: JSON!
      }
    `,
    objects: {
      Mutation: { plans: { startSimulation: doing(start), continueSimulation: doing(proceed) } },
      SimulationPayload: { plans },
    },
  };
}, "ParleySimulationMutations");

type Subject = { chatbotId?: string | null; versionId?: string | null; httpStub?: unknown };
type StartInput = Subject & { variables?: unknown; at?: string | null };
type ContinueInput = Subject & { state: unknown; reply: string };

async function start(client: PgClient, input: StartInput): Promise<object> {
  const version = await versionOf(client, input);
  const simulation = startSimulation(version, {
    now: new Date(input.at ?? Date.now()).toISOString(),
    stub: httpStub(input.httpStub ?? null),
    ...(isObject(input.variables) && { variables: input.variables }),
  });
  return shown(simulation, 0);
}

async function proceed(client: PgClient, input: ContinueInput): Promise<object> {
  const version = await versionOf(client, input);
  if (!isSimulation(input.state)) throw new ParleyError("PYREQ", "The state is none that was returned");
  const before = input.state;
  if (!isActive(before.context)) throw new ParleyError("PYREQ", "The played run is over");
  const simulation = continueSimulation(version, before, input.reply, httpStub(input.httpStub ?? null));
  return shown(simulation, before.trace.length);
}

function shown(simulation: Simulation, known: number): object {
  return { state: simulation, ...summarize(simulation), trace: simulation.trace.slice(known) };
}

function isSimulation(state: unknown): state is Simulation {
  return (
    isObject(state) && isObject(state.context) && Array.isArray(state.messages) && Array.isArray(state.trace)
  );
}

/** The named version, or the draft, as far as the caller may see it. */
async function versionOf(client: PgClient, { chatbotId, versionId }: Subject) {
  const id = versionId ?? chatbotId;
  if (!id) throw new ParleyError("PYREQ", "Name a chatbot or a version");
  const store = createVersionStore();
  await store.load(
    {
      query: ((_text: string, _values: unknown) =>
        client.query({
          text: versionId
            ? "select * from app_hidden.read_version_graphs(array[$1::uuid])"
            : "select *, '{}'::jsonb as subflows, '{}'::jsonb as flows from app_hidden.read_chatbot_graphs(array[$1::uuid])",
          values: [id],
        })) as never,
    },
    [id],
  );
  try {
    return store.get(id);
  } catch (cause) {
    throw new ParleyError("PYNFD", "There is no such chatbot or version, or it cannot be read", { cause });
  }
}
