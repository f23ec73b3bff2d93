import { type PgClient, sideEffectWithPgClient } from "postgraphile/@dataplan/pg";
import { access, object, type Step, sideEffect } from "postgraphile/grafast";
import { extendSchema, gql } from "postgraphile/utils";
import { ParleyError } from "../../base/errors.ts";
import { httpStub } from "../../chatbot/simulation/http_stub.ts";
import { stubbed } from "../../chatbot/simulation/stubbed.ts";
import { MOST_MESSAGES, type Past, readPast } from "../../runner/replay/past.ts";
import { replay } from "../../runner/replay/replay.ts";
import { turnBudget } from "../../runner/turn_budget.ts";
import type { RunnableVersion } from "../../runner/version_store.ts";
import { readInstant } from "./instant.ts";
import { play } from "./play.ts";
import { findPlayable } from "./playable.ts";

/** A conversation that was, with another version: read in a transaction that can write nothing, played after it. */
export function replayMutation(limitMs: number): GraphileConfig.Plugin {
  return extendSchema((build) => {
    const { chatbots } = build.input.pgRegistry.pgResources;
    if (!chatbots) throw new Error("the schema has no table of chatbots");
    const { executor } = chatbots;
    const fields = ["turns", "runs", "differentTurns", "isCut", "until"];
    const plans = Object.fromEntries(
      fields.map((name) => [name, ($object: Step) => access($object, ["result", name])]),
    );

    return {
      typeDefs: gql`
        extend type Mutation {
          "What a version would have said in a conversation that was: its messages are heard again, by the clock of then, and nothing is sent, called or stored. For admins: what is replayed shows the graph. PYNFD, PYGRA. PYREQ: first or a time is out of range. PYTIM: it took too long; replay less at once."
          replayConversation(input: ReplayConversationInput!): ReplayConversationPayload
        }

        input ReplayConversationInput {
          clientMutationId: String
          conversationId: UUID!
          versionId: UUID!
          "Messages from then on; defaults to the whole conversation. The replay begins without a run."
          from: Datetime
          "Messages until then, and the end of the clock; defaults to now."
          until: Datetime
          "Messages looked at, of all sides together: 1 to 1000; defaults to 1000. isCut says whether any are left."
          first: Int
          "Answers to calls, as parley chatbot run takes them; without one each succeeds with an empty body. A language model says what the same node's said then, if it did."
          httpStub: JSON
          "Whether any message to a resting chatbot begins it, whatever its triggers say; for runs that were begun by hand."
          ignoresTriggers: Boolean
        }
        type ReplayConversationPayload {
          clientMutationId: String
          "In their order. Messages within ten seconds, with nothing said between, are one."
          turns: [ReplayedTurn!]!
          "How many turns are different."
          differentTurns: Int!
          "The runs that there would have been, in their order."
          runs: [ReplayedRun!]!
          "Messages are left: go on from the time of the last turn, as a conversation of its own."
          isCut: Boolean!
          "What the clock showed at the end: timers that were due have rung."
          until: Datetime!
        }
        type ReplayedTurn {
          "When it began."
          at: Datetime!
          "The customer's messages."
          heard: [SpokenMessage!]!
          "What the chatbot said then, until the customer's next message."
          said: [SpokenMessage!]!
          wouldSay: [SpokenMessage!]!
          "Whether said and wouldSay are; tokens of forms do not count."
          isDifferent: Boolean!
        }
        type SpokenMessage {
          type: String!
          "The Graph API's own object of the type."
          content: JSON!
          "Its words, and under them what can be tapped."
          preview: String!
        }
        type ReplayedRun {
          startedAt: Datetime!
          "Ids of the nodes entered, the start node first."
          path: [String!]!
          variables: JSON!
          "waiting while the run is not over."
          outcome: String!
          reason: String!
        }
      `,
      objects: {
        Mutation: {
          plans: {
            replayConversation: (_$root: Step, args: { getRaw(path: string | string[]): Step }) => {
              const $found = sideEffectWithPgClient(executor, args.getRaw("input") as Step<Input>, find);
              const result = sideEffect($found, ({ version, past, input, until }) => {
                const stub = httpStub(input.httpStub ?? null);
                const options = {
                  until,
                  ignoresTriggers: input.ignoresTriggers ?? false,
                  budget: turnBudget,
                };
                return play(replay(version, past, options), (call) => stubbed(call, stub), limitMs);
              });
              return object({ clientMutationId: args.getRaw(["input", "clientMutationId"]), result });
            },
          },
        },
        ReplayConversationPayload: { plans },
      },
    };
  }, "ParleyReplayMutation");
}

type Input = {
  conversationId: string;
  versionId: string;
  from?: string | null;
  until?: string | null;
  first?: number | null;
  httpStub?: unknown;
  ignoresTriggers?: boolean | null;
};

type Found = { version: RunnableVersion; past: Past; input: Input; until: string };

async function find(client: PgClient, input: Input): Promise<Found> {
  // Whatever is done wrong from here on, the database refuses to keep it.
  await client.query({ text: "set transaction read only" });
  const limit = input.first ?? MOST_MESSAGES;
  if (limit < 1 || limit > MOST_MESSAGES)
    throw new ParleyError("PYREQ", `first is from 1 to ${MOST_MESSAGES}`);
  const until = input.until ? readInstant("until", input.until) : new Date().toISOString();
  const from = input.from ? readInstant("from", input.from) : null;
  const { version } = await findPlayable(client, { versionId: input.versionId });
  const { conversationId } = input;
  const past = await readPast(client as never, { conversationId, from, until, limit });
  if (!past) throw new ParleyError("PYNFD", "There is no such conversation, or it cannot be read");
  return { version, past, input, until };
}
