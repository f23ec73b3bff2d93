import { type Command, InvalidArgumentError } from "commander";
import { flowFacts } from "../chatbot/flow_facts.ts";
import { importChatbot } from "../chatbot/import/import.ts";
import { IMPORT_LIMITS } from "../chatbot/import/limits.ts";
import { isObject, type JsonObject } from "../chatbot/json.ts";
import type { Problem } from "../chatbot/problem.ts";
import { httpStub } from "../chatbot/simulation/http_stub.ts";
import { simulate } from "../chatbot/simulation/simulate.ts";
import type { SimulationResult } from "../chatbot/simulation/simulation.ts";
import { type ChatbotVersion, draftVersion } from "../chatbot/version.ts";
import { type CommonOptions, define } from "../cli/define.ts";
import { print, remark } from "../cli/print.ts";
import { describeProblem } from "../cli/problems.ts";
import { readGivenFile } from "../cli/read_file.ts";
import { readStub } from "../cli/read_stub.ts";
import { ParleyError } from "../errors.ts";

type Options = CommonOptions & { replies: string[]; httpStub?: string; variables?: JsonObject; at?: string };

/** `parley chatbot run`: needs no database and sends nothing. */
export function chatbotRun(): Command {
  return define(
    "run",
    "Play a chatbot from a file with given replies, and print the way it took; nothing is sent or stored",
    'parley chatbot run support-bot.json --replies btn_tech --replies "My printer is on fire" --json',
  )
    .argument("<file>", "an export, wrapped or bare, or a Typebot of version 6")
    .option(
      "--replies <reply>",
      "the customer's next reply: a button's or row's id or title, a text, or {…} for a form's answer; repeat it",
      (reply: string, before: string[]) => [...before, reply],
      [],
    )
    .option("--http-stub <file>", "JSON that answers HTTP calls; without it each succeeds with an empty body")
    .option("--variables <object>", "JSON object of variables to begin with", parseVariables)
    .option("--at <instant>", "the clock at the start, such as 2026-03-01T09:00:00Z; now unless told")
    .action(async (file: string, options: Options) => {
      const { version, warnings } = await readVersion(file);
      const stub = options.httpStub === undefined ? null : await readStub(options.httpStub);
      const result = simulate(version, options.replies, {
        now: instantOf(options.at),
        stub: httpStub(stub),
        ...(options.variables && { variables: options.variables }),
      });
      print(options, result, describe(result));
      for (const warning of warnings) remark(options, describeProblem(warning));
    });
}

async function readVersion(file: string): Promise<{ version: ChatbotVersion; warnings: Problem[] }> {
  const result = importChatbot(await readGivenFile(file, 4 * IMPORT_LIMITS.characters));
  if (result.kind === "refused") {
    const errors = result.problems.filter(({ severity }) => severity === "error").slice(0, 5);
    const words = errors.map(({ nodeId, message }) => (nodeId ? `${nodeId}: ${message}` : message));
    throw new ParleyError("PYGRA", `${file}: ${words.join(" ")}`);
  }
  const { chatbot, warnings } = result;
  const flows = Object.fromEntries(
    chatbot.flows.map((flow) => [flow.whatsappFlowId, flowFacts("DRAFT", flow.flowJson)]),
  );
  return { version: { ...draftVersion(chatbot.graph, { language: chatbot.language }), flows }, warnings };
}

function parseVariables(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // The same answer.
  }
  throw new InvalidArgumentError("It is no JSON object.");
}

function instantOf(text: string | undefined): string {
  const at = text === undefined ? new Date() : new Date(text);
  if (Number.isNaN(at.getTime())) throw new ParleyError("PYREQ", `--at: "${text}" is no instant`);
  return at.toISOString();
}

function describe({ path, said, outcome, reason }: SimulationResult): string {
  const lines = said.map((words) => `  ${words.replaceAll("\n", "\n  ")}`);
  return [path.join(" → "), "", ...lines, "", `${outcome}: ${reason}`].join("\n");
}
