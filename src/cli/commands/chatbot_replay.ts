import { type Command, InvalidArgumentError } from "commander";
import type pg from "pg";
import { ParleyError } from "../../base/errors.ts";
import { httpStub } from "../../chatbot/simulation/http_stub.ts";
import { withStub } from "../../chatbot/simulation/simulate.ts";
import { inTransaction } from "../../database/pipeline.ts";
import { withCurrentFlows } from "../../runner/current_flows.ts";
import { MOST_MESSAGES, type Recording, readRecording } from "../../runner/replay/recording.ts";
import { type Replay, replay } from "../../runner/replay/replay.ts";
import type { ShownMessage } from "../../runner/replay/shown_message.ts";
import { type RunnableVersion, runnable, type VersionRow } from "../../runner/runnable_version.ts";
import { findChatbot, findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { readStub } from "../read_stub.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & {
  tenant: string;
  conversation: string;
  version?: string;
  first: number;
  httpStub?: string;
  ignoreTriggers?: true;
};

/** `parley chatbot replay`: reads in a read-only transaction, and sends nothing. */
export function chatbotReplay(): Command {
  return define(
    "replay",
    "Show what a version of a chatbot would have said in a past conversation; nothing is sent or stored",
    'parley chatbot replay "Support" --tenant bakery --conversation 0198… --version 3',
  )
    .argument("<chatbot>", "name or id")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .requiredOption("--conversation <id>", "the conversation's id")
    .option("--version <number>", "the version to play; default: the newest")
    .option(
      "--first <number>",
      `the number of messages to replay, at most ${MOST_MESSAGES}`,
      parseFirst,
      MOST_MESSAGES,
    )
    .option(
      "--http-stub <file>",
      "JSON file with responses to HTTP requests; without it, each succeeds with an empty body",
    )
    .option("--ignore-triggers", "any message starts a run if none is active")
    .action((chatbot: string, options: Options) =>
      onDatabase(async ({ pool }) => {
        const stub = httpStub(options.httpStub === undefined ? null : await readStub(options.httpStub));
        const until = new Date().toISOString();
        const { version, recording } = await inTransaction(pool, async (client) => {
          await client.query("set transaction isolation level repeatable read, read only");
          return find(client, options, chatbot, until);
        });
        const ignoresTriggers = options.ignoreTriggers ?? false;
        const result = withStub(replay(version, recording, { until, ignoresTriggers }), stub);
        print(options, result, describe(result));
      }),
    );
}

async function find(
  client: pg.PoolClient,
  options: Options,
  chatbot: string,
  until: string,
): Promise<{ version: RunnableVersion; recording: Recording }> {
  const tenantId = await findTenant(client, options.tenant);
  const { rows } = await client.query<VersionRow>(
    `select v.id, v.tenant_id, v.nodes, v.edges, v.settings, v.subflows, v.flows
     from app_public.chatbot_versions v
     where v.chatbot_id = $1 and ($2::text is null or v.number::text = $2)
     order by v.number desc
     limit 1`,
    [await findChatbot(client, chatbot, tenantId), options.version ?? null],
  );
  const [row] = rows;
  if (!row) throw new ParleyError("PYNFD", "There is no such version: it was never published");
  const { conversation: conversationId, first: limit } = options;
  const recording = await readRecording(client, { conversationId, from: null, until, limit });
  if (recording?.tenantId !== tenantId) throw new ParleyError("PYNFD", "There is no such conversation");
  const [version] = await withCurrentFlows(client, [runnable(row)]);
  return { version: version!, recording };
}

function parseFirst(text: string): number {
  const first = Number(text);
  if (Number.isInteger(first) && first >= 1 && first <= MOST_MESSAGES) return first;
  throw new InvalidArgumentError(`It must be from 1 to ${MOST_MESSAGES}.`);
}

/** As in a diff: `-` marks what was said and would not be said now, `+` what would be said now and was not. */
function describe({ turns, runs, differentTurns, isCut }: Replay): string {
  const lines = turns.flatMap(({ at, heard, said, wouldSay, isDifferent }) => [
    at,
    ...marked("▷", heard),
    ...(isDifferent ? [...marked("-", said), ...marked("+", wouldSay)] : marked("◁", said)),
    "",
  ]);
  const ways = runs.map(({ path, outcome, reason }) => `${path.join(" → ")}\n  ${outcome}: ${reason}`);
  const total = `${differentTurns} of ${turns.length} turns differ${isCut ? "; more messages are left" : ""}`;
  return [...lines, ...ways, "", total].join("\n");
}

function marked(mark: string, spoken: readonly ShownMessage[]): string[] {
  return spoken.map(({ preview }) => `  ${mark} ${preview.replaceAll("\n", "\n    ")}`);
}
