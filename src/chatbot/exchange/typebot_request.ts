import { listField, numberField, objectField, textField } from "../../base/json/fields.ts";
import { isObject, type JsonObject } from "../../base/json/json.ts";
import { type MappedBlock, one } from "./typebot_mapped.ts";
import type { TypebotVariables } from "./typebot_variables.ts";

/** Typebot's timeout of requests, in milliseconds. */
const DEFAULT_SECONDS = 10;
const MOST_SECONDS = 120;

/** Maps an HTTP request. The whole response is stored; a second node sets the mapped variables from it. */
export function httpRequest(block: JsonObject, variables: TypebotVariables): MappedBlock {
  const id = textField(block, "id");
  const options = objectField(block, "options");
  const webhook = objectField(options, "webhook");
  const answer = variableOf("http", id);
  const method = textField(webhook, "method") || "POST";
  // Typebot ignores a body in the file unless this setting is on.
  const body = options.isCustomBody === true && method !== "GET" ? variables.textOf(webhook, "body") : "";
  const seconds = Math.min(numberField(options, "timeout") ?? DEFAULT_SECONDS, MOST_SECONDS);
  const request = {
    id,
    type: "rest_api",
    data: {
      apiUrl: variables.textOf(webhook, "url"),
      apiMethod: method,
      apiHeaders: pairs(webhook, "headers", variables),
      apiQueryParams: pairs(webhook, "queryParams", variables),
      apiBody: body,
      apiTimeout: seconds * 1000,
      apiOutputVariable: answer,
    },
  };
  const losses = [
    method !== "GET" && body === "" && "it is sent without a body; Typebot would send all answers.",
    textField(options, "proxyCredentialsId") !== "" && "it is sent without the proxy.",
  ];
  const mapped = one(id, request.type, request.data, ...losses);
  return storing(mapped, answer, options, variables);
}

/** Maps a block that waits for a callback. */
export function listen(block: JsonObject, variables: TypebotVariables): MappedBlock {
  const id = textField(block, "id");
  const answer = variableOf("call", id);
  const loss = "the callback address is {{callback_url}}: pass it to the service that sends the callback.";
  const mapped = one(id, "wait_for_callback", { variable: answer }, loss);
  return storing(mapped, answer, objectField(block, "options"), variables);
}

/** The variable for a whole response, with characters that placeholders allow. */
function variableOf(prefix: string, id: string): string {
  return `${prefix}_${id.replace(/\W/g, "_")}`;
}

/** Adds the node that sets the mapped variables, if there are any. */
function storing(
  mapped: MappedBlock,
  answer: string,
  options: JsonObject,
  variables: TypebotVariables,
): MappedBlock {
  const mappings = listField(options, "responseVariableMapping").filter(isObject);
  const wanted = mappings.filter((mapping) => variables.nameOf(mapping, "variableId") !== "");
  if (wanted.length === 0) return mapped;
  const isStatus = (mapping: JsonObject) => textField(mapping, "bodyPath") === "statusCode";
  const unread: string[] = [];
  const assignments = wanted
    .filter((mapping) => !isStatus(mapping))
    .map((mapping): JsonObject => {
      const variable = variables.nameOf(mapping, "variableId");
      const written = textField(mapping, "bodyPath");
      // In Typebot a path starts at the response and may be code; here it starts at the body.
      const path = written.replace(/^data\b\.?/, "").replaceAll(/\[["']([\w.]+)["']\]/g, ".$1");
      if (!/^[\w.[\]]*$/.test(path)) {
        unread.push(written);
        return { variable, operation: "clear" };
      }
      const value = path === "" ? `{{${answer}}}` : `{{${answer}${/^[.[]/.test(path) ? "" : "."}${path}}}`;
      return { variable, value };
    });
  const from = mapped.nodes[0]?.id ?? "";
  const id = `${from}-store`;
  return {
    ...mapped,
    nodes: [
      ...mapped.nodes,
      ...(assignments.length > 0 ? [{ id, type: "set_variable", data: { assignments } }] : []),
    ],
    links: assignments.length > 0 ? [{ from, handle: "", to: id }] : [],
    onward: [{ from: assignments.length > 0 ? id : from, handle: "" }],
    losses: [
      ...mapped.losses,
      ...unread.map((path) => `the path "${path}" of the response cannot be read.`),
      ...(wanted.some(isStatus) ? ["the status code is not stored: use the exits success and error."] : []),
    ],
  };
}

function pairs(webhook: JsonObject, field: string, variables: TypebotVariables): JsonObject {
  const list = listField(webhook, field)
    .filter(isObject)
    .filter((pair) => textField(pair, "key") !== "");
  return Object.fromEntries(list.map((pair) => [textField(pair, "key"), variables.textOf(pair, "value")]));
}

/** Maps a request to a language model. The answer is stored if it is mapped, otherwise sent. Null for other tasks. */
export function aiReply(block: JsonObject, variables: TypebotVariables): MappedBlock | null {
  const options = objectField(block, "options");
  const task =
    textField(options, "task") ||
    textField(options, "action") ||
    DEFAULT_TASKS[textField(block, "type")] ||
    "";
  if (!/chat ?(completion|message)/i.test(task)) return null;
  const messages = listField(options, "messages").filter(isObject);
  const saidAs = (role: string) =>
    messages
      .filter((message) => textField(message, "role").toLowerCase() === role)
      .map((message) => variables.textOf(message, "content"))
      .join("\n\n");
  const wanted = listField(options, "responseMapping")
    .filter(isObject)
    .find(
      (mapping) =>
        (textField(mapping, "valueToExtract") || textField(mapping, "item") || CONTENT) === CONTENT,
    );
  const variable = wanted ? variables.nameOf(wanted, "variableId") : "";
  const hasHistory = messages.some((message) => /dialogue|sequence/i.test(textField(message, "role")));
  const system = saidAs("system") || variables.textOf(options, "systemMessage");
  const prompt = saidAs("user");
  const temperature = numberField(objectField(options, "advancedSettings"), "temperature");
  return one(
    textField(block, "id"),
    "ai_reply",
    {
      ...(textField(options, "model") !== "" && { aiModel: textField(options, "model") }),
      ...(system !== "" && { aiSystemPrompt: system }),
      ...(prompt !== "" && { aiPrompt: prompt }),
      aiHistoryMessages: hasHistory ? 10 : 0,
      ...(temperature !== undefined && { aiTemperature: temperature }),
      ...(variable !== "" && { aiOutputVariable: variable, aiSend: false }),
    },
    "its credentials are not in the file: AI_BASE_URL and AI_API_KEY are used.",
  );
}

const CONTENT = "Message content";

/** The block of that name is the older one, whose export leaves the usual task out. */
const DEFAULT_TASKS: { [type: string]: string } = { OpenAI: "Create chat completion" };
