import { type Command, InvalidArgumentError, Option } from "commander";
import { inTransaction } from "../../database/pipeline.ts";
import { type Activation, activateChatbot, RUNNING_CONTEXTS } from "../../services/activate_chatbot.ts";
import { findChatbot, findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { describeProblem, print, remark } from "../print.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & {
  tenant: string;
  version?: number;
  runningContexts: NonNullable<Activation["runningContexts"]>;
  exclusive: boolean;
};

/** For the command's output: what happens to runs of other versions. */
const RUNS_WILL: { [choice in Options["runningContexts"]]: string } = {
  finish: "finish on their own version",
  move: "continue on this version, if it has their node",
  restart: "restart on this version",
};

/** `parley chatbot activate`. */
export function chatbotActivate(): Command {
  return define(
    "activate",
    "Activate a chatbot and deactivate the tenant's others; publishes its draft first if the draft has changed",
    'parley chatbot activate "Support" --tenant bakery --version 3 --running-contexts move',
  )
    .argument("<chatbot>", "name or id")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .option(
      "--version <number>",
      "a published version, for example an earlier one; default: the draft",
      parseNumber,
    )
    .addOption(
      new Option("--running-contexts <what>", "what to do with runs of its other versions")
        .choices(RUNNING_CONTEXTS)
        .default("finish"),
    )
    .option("--no-exclusive", "keep the other chatbots active; triggers decide which one answers")
    .action((chatbot: string, options: Options) =>
      onDatabase(async ({ pool }) => {
        const { version, runningContexts, exclusive: isExclusive } = options;
        const activated = await inTransaction(pool, async (db) => {
          const id = await findChatbot(db, chatbot, await findTenant(db, options.tenant));
          return activateChatbot(db, id, { version, runningContexts, isExclusive });
        });
        const { name, isNewVersion, otherRuns, warnings } = activated;
        print(
          options,
          activated,
          `"${name}" is active, version ${activated.version}${isNewVersion ? " (new)" : ""}`,
        );
        if (otherRuns > 0)
          remark(options, `  runs of other versions: ${otherRuns}; they ${RUNS_WILL[runningContexts]}`);
        for (const warning of warnings) remark(options, describeProblem(warning));
      }),
    );
}

function parseNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be the number of a version.");
}
