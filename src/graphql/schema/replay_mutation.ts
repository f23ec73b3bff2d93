import { z } from "zod";
import { ParleyError } from "../../base/errors.ts";
import { httpStub } from "../../chatbot/simulation/http_stub.ts";
import { stubbed } from "../../chatbot/simulation/stubbed.ts";
import { MOST_MESSAGES, readRecording } from "../../runner/replay/recording.ts";
import { replay } from "../../runner/replay/replay.ts";
import { turnBudget } from "../../runner/turn_budget.ts";
import { instant, json, type, uuid } from "./graphql_types.ts";
import { play } from "./play.ts";
import { findPlayable } from "./playable.ts";
import { type Caller, type ServerMutation, serverMutation } from "./server_mutation.ts";
import { readUnsaved, unsavedDraft } from "./unsaved_draft.ts";

const SpokenMessage = type("SpokenMessage", "The messages of one side in a replayed turn.", {
  type: z.string().describe("The type of the message."),
  content: json().describe("The Graph API's own object of the type."),
  preview: z.string().describe("Its text, followed by its buttons or list entries."),
});

const ReplayedTurn = type(
  "ReplayedTurn",
  "Messages of the customer, with the original answers and those of the replayed version.",
  {
    at: instant().describe("When it began."),
    heard: z.array(SpokenMessage).describe("The customer's messages."),
    said: z
      .array(SpokenMessage)
      .describe("What the chatbot said originally, until the customer's next message."),
    wouldSay: z.array(SpokenMessage).describe("What the replayed version says."),
    isDifferent: z.boolean().describe("Whether said and wouldSay differ; tokens of forms are ignored."),
  },
);

const ReplayedRun = type("ReplayedRun", "A run that the version would have had.", {
  startedAt: instant().describe("When the run would have begun."),
  path: z.array(z.string()).describe("Ids of the nodes entered, the start node first."),
  variables: json().describe("The variables of the run at the end."),
  outcome: z.string().describe("The outcome of the run; waiting if it has not ended."),
  reason: z.string().describe('Why the run ended; "waiting_for: …" if it has not.'),
});

const input = {
  conversationId: uuid(),
  versionId: uuid().optional().describe("The version to play, of any chatbot of the tenant."),
  chatbotId: uuid().optional().describe("Without a version: the chatbot whose draft is played."),
  ...unsavedDraft,
  from: instant()
    .optional()
    .describe(
      "The start of the range of messages; defaults to the start of the conversation. The replay begins without a run.",
    ),
  until: instant().optional().describe("End of the range, and of the clock; defaults to now."),
  first: z
    .int()
    .min(1)
    .max(MOST_MESSAGES)
    .default(MOST_MESSAGES)
    .describe(
      "Messages looked at, of all sides together: 1 to 1000; defaults to 1000. isCut says whether any are left.",
    ),
  httpStub: json()
    .optional()
    .describe(
      "Answers to calls, as parley chatbot run takes them; without one each succeeds with an empty body. A language " +
        "model gives the original answer of the same node, if there is one.",
    ),
  ignoresTriggers: z
    .boolean()
    .default(false)
    .describe(
      "Whether any message while no run is active starts one, whatever the chatbot's triggers say; for runs that were " +
        "started by hand.",
    ),
};

const payload = {
  turns: z
    .array(ReplayedTurn)
    .describe("In order. Messages within ten seconds, without a reply in between, count as one."),
  differentTurns: z.int().describe("The number of turns that are different."),
  runs: z.array(ReplayedRun).describe("The runs that there would have been, in their order."),
  isCut: z
    .boolean()
    .describe("More messages remain: continue with another replay from the time of the last turn."),
  until: instant().describe("The virtual clock at the end: timers that were due have fired."),
};

/** A recording conversation with another version: read in a transaction that can write nothing, played after it. */
export function replayMutation(limitMs: number): ServerMutation {
  return serverMutation({
    name: "replayConversation",
    requires: "manage_all",
    about:
      "What a version, or a draft, would have said in a past conversation: its messages are played again with their original times, and " +
      "nothing is sent, called or stored. For admins: what is replayed shows the graph.",
    errors: {
      PYREQ: "no chatbot is named; first or a time is out of range",
      PYNFD: "the chatbot, version or conversation does not exist",
      PYDEN: "the caller is not an admin",
      PYGRA: "the graph cannot be read",
      PYTIM: "it took too long; replay less at once",
    },
    input,
    payload,
    run: async ({ input: { until = new Date().toISOString(), ignoresTriggers, ...input }, asCaller }) => {
      const { version, recording } = await find(asCaller, { until, ...input });
      const stub = httpStub(input.httpStub ?? null);
      const playing = replay(version, recording, { until, ignoresTriggers, budget: turnBudget });
      return play(playing, (call) => stubbed(call, stub), limitMs);
    },
  });
}

type Wanted = {
  versionId?: string | undefined;
  chatbotId?: string | undefined;
  nodes?: unknown;
  edges?: unknown;
  settings?: unknown;
  conversationId: string;
  from?: string | undefined;
  until: string;
  first: number;
};

function find(asCaller: Caller["asCaller"], { conversationId, from, until, first, ...wanted }: Wanted) {
  const unsaved = readUnsaved(wanted);
  return asCaller(async (db) => {
    // From here on the database refuses every write, even after a bug.
    await db.query("set transaction read only");
    const { version } = await findPlayable(db, { ...wanted, unsaved });
    const recording = await readRecording(db, { conversationId, from: from ?? null, until, limit: first });
    if (!recording) throw new ParleyError("PYNFD", "There is no such conversation, or it cannot be read");
    return { version, recording };
  });
}
