import { type Command, InvalidArgumentError } from "commander";
import { ParleyError } from "../../base/errors.ts";
import { listField, textField } from "../../base/json/fields.ts";
import { isObject, type JsonObject } from "../../base/json/json.ts";
import type { ImportedChatbot } from "../../chatbot/exchange/import_result.ts";
import { type ChatbotVersion, draftVersion, type FlowFacts } from "../../chatbot/graph/version.ts";
import { httpStub } from "../../chatbot/simulation/http_stub.ts";
import { simulate } from "../../chatbot/simulation/simulate.ts";
import type { SimulationResult } from "../../chatbot/simulation/simulation.ts";
import { type CommonOptions, define } from "../define.ts";
import { describeProblem, print, remark } from "../print.ts";
import { readChatbotFiles } from "../read_chatbot_files.ts";
import { readStub } from "../read_stub.ts";

type Options = CommonOptions & { replies: string[]; httpStub?: string; variables?: JsonObject; at?: string };

/** `parley chatbot run`: needs no database and sends nothing. */
export function chatbotRun(): Command {
  return define(
    "run",
    "Play a chatbot from a file with given replies, and print the path it took; nothing is sent or stored",
    'parley chatbot run support-bot.json --replies btn_tech --replies "My printer is on fire" --json',
  )
    .argument("<file>", "an export of Parley, wrapped or bare, or of Typebot version 6")
    .argument(
      "[others...]",
      "files of the chatbots that its subflows call: found by id, by name or by file name",
    )
    .option(
      "--replies <reply>",
      "the customer's next reply: a button's or row's id or title, a text, or {…} for a form's answer; or an event instead of a reply: @wait 2 hours, @return, @fail 131026, @skip, @stop, @resume; can be repeated",
      (reply: string, before: string[]) => [...before, reply],
      [],
    )
    .option(
      "--http-stub <file>",
      "JSON file with responses to HTTP requests; without it, each succeeds with an empty body",
    )
    .option("--variables <object>", "JSON object of variables that are set at the start", parseVariables)
    .option("--at <instant>", "the time at the start, such as 2026-03-01T09:00:00Z; default: now")
    .action(async (file: string, others: string[], options: Options) => {
      const { chatbot, warnings } = await readChatbotFiles(file, others);
      const stub = options.httpStub === undefined ? null : await readStub(options.httpStub);
      const result = simulate(versionOf(chatbot), options.replies, {
        now: instantOf(options.at),
        stub: httpStub(stub),
        ...(options.variables && { variables: options.variables }),
      });
      print(options, result, describe(result));
      for (const warning of warnings) remark(options, describeProblem(warning));
    });
}

/** The chatbot as an unpublished version, with the graphs and forms from its files. */
function versionOf({ graph, settings, subflows, flows }: ImportedChatbot): ChatbotVersion {
  return {
    ...draftVersion(graph, settings),
    subflows: Object.fromEntries(subflows.map((subflow) => [subflow.chatbotId, subflow.graph])),
    flows: Object.fromEntries(flows.map((flow) => [flow.whatsappFlowId, flowFacts("DRAFT", flow.flowJson)])),
  };
}

function parseVariables(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // A stub file has answers in the same form.
  }
  throw new InvalidArgumentError("It must be a JSON object.");
}

function instantOf(text: string | undefined): string {
  const at = text === undefined ? new Date() : new Date(text);
  if (Number.isNaN(at.getTime())) throw new ParleyError("PYREQ", `--at: "${text}" is not a valid time`);
  return at.toISOString();
}

function describe({ path, said, outcome, reason }: SimulationResult): string {
  const lines = said.map((words) => `  ${words.replaceAll("\n", "\n  ")}`);
  return [path.join(" → "), "", ...lines, "", `${outcome}: ${reason}`].join("\n");
}

/** What the engine needs to know about a WhatsApp Flow, from its status at the provider and its Flow JSON. */
function flowFacts(status: string, flowJson: JsonObject): FlowFacts {
  const [first] = listField(flowJson, "screens").filter(isObject);
  return { status, firstScreen: (first && textField(first, "id")) || null };
}
