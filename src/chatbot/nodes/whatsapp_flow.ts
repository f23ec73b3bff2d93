import { isObject, type Json, type JsonObject, own } from "../../base/json/json.ts";
import { mapFieldTexts } from "../../base/json/map_texts.ts";
import type { ChatbotEvent, HttpResult } from "../engine/event.ts";
import { formAnswer, tappedReply, typedText } from "../engine/inbound.ts";
import { interactive, leadIn } from "../engine/interactive.ts";
import type { HttpRequest } from "../engine/request.ts";
import { fail, SKIP, type Step } from "../engine/step.ts";
import type { Turn } from "../engine/turn.ts";
import type { WaitTime } from "../engine/wait_time.ts";
import {
  choice,
  defineFields,
  number,
  output,
  pairs,
  reference,
  template,
  text,
} from "../fields/define_fields.ts";
import type { GraphNode } from "../graph/graph.ts";
import type { ChatbotSettings } from "../graph/settings.ts";
import { fillNestedJson } from "../request/json_template.ts";
import { errorMessage, isSuccess } from "../request/response.ts";
import { sendRequest } from "../request/send_request.ts";
import { cut } from "../text/cut.ts";
import { plainText } from "../text/display.ts";
import { isSkipWord } from "../text/words.ts";
import { defineNode } from "./define_node.ts";

const BUTTON_LIMIT = 30;

const FIELDS = defineFields({
  whatsappFlowId: reference("flow", "Meta's id of the Flow.", { required: "missing_flow" }),
  flowMode: choice(
    "`navigate` opens a screen; `data_exchange` lets the Flow's endpoint choose it and its data.",
    ["navigate", "data_exchange"],
  ),
  flowInitialScreen: text("The screen that `navigate` opens; the first one by default."),
  flowInitialData: pairs("The data that screen gets."),
  flowCta: template("The words of the button; no emoji.", { limit: BUTTON_LIMIT }),
  flowBodyText: template("The text above the button.", { limit: 1024 }),
  flowHeaderText: template("The line above that.", { limit: 60 }),
  flowFooterText: template("The line below.", { limit: 60 }),
  content: template("Instead of an empty `flowBodyText`."),
  headerText: template("Instead of an empty `flowHeaderText`."),
  footerText: template("Instead of an empty `flowFooterText`."),
  dataSourceId: reference(
    "data_source",
    'A data source, to fetch a list from first, as `[{"id", "title"}]`.',
  ),
  dataSourceEndpoint: text("The list's path below the data source's base URL.", { default: "/api/brands" }),
  dataSourceDataKey: text("The list's name in the initial data.", { default: "brands" }),
  flowOutputVariable: output("Receives the answer."),
  flowExpirySeconds: number(
    "How long to wait before the exit `timeout`; the setting of the same name, ten minutes, by default.",
  ),
});

export const whatsappFlow = defineNode({
  kind: "whatsapp_flow",
  about:
    "Sends a WhatsApp Flow (a form) and waits for its answer. When it is not sent, `api_error` says why.",
  fields: FIELDS,
  numberedAs: "flow",
  results: { response: "the answer" },
  exits: [
    { handle: "answered", label: "the answer came; any other edge will do, too" },
    { handle: "timeout", label: "it did not come in time", leaves: "after_wait" },
    {
      handle: "error",
      label: "the Flow was not sent, or there was no list to send with it",
      leaves: "at_once",
    },
  ],
  leaves: "after_reaction",
  waits: waitTime,
  needsWindow: () => true,
  enter(turn, node) {
    const { data } = node;
    if (FIELDS.whatsappFlowId.of(data) === "") return fail(`missing_flow: whatsapp_flow ${node.id}`);
    const dataSourceId = FIELDS.dataSourceId.of(data);
    if (dataSourceId === "") return sendFlow(turn, node, {});
    const request: HttpRequest = {
      target: { kind: "data_source", dataSourceId },
      method: "GET",
      url: FIELDS.dataSourceEndpoint.of(data),
      query: [],
      headers: [],
      body: null,
      timeoutMs: 10_000,
    };
    return sendRequest(turn, node, request);
  },
  receive(turn, node, event, waiting) {
    if (waiting.kind === "http")
      return event.kind === "http_result" ? receiveList(turn, node, event.result) : null;
    return waiting.kind === "flow" ? receiveEvent(turn, node, event, waiting.flowToken) : null;
  },
});

function waitTime(data: JsonObject, settings: ChatbotSettings): WaitTime {
  return {
    kind: "flow_expiry",
    seconds: FIELDS.flowExpirySeconds.of(data) || settings.flowExpirySeconds,
  };
}

/** Something happened while the Flow is out. */
function receiveEvent(turn: Turn, node: GraphNode, event: ChatbotEvent, flowToken: string): Step | null {
  switch (event.kind) {
    case "send_failed":
      return notSent(turn, node, event.reason);
    case "resume":
      return sendFlow(turn, node, {});
    case "flow_response":
      return event.flowToken === flowToken ? receiveAnswer(turn, node, event.response) : null;
    case "message": {
      if (isSkipWord(turn.settings, typedText(event.message) ?? "")) return SKIP;
      const answer = formAnswer(event.message);
      // The menu that was tapped is over: the Flow is what is asked now.
      if (answer === null) return tappedReply(event.message) ? sendFlow(turn, node, {}) : null;
      // The answer to another Flow, of another run or node, is not what this node waits for.
      const isOurs = answer.token === null || answer.token === flowToken;
      return isOurs ? receiveAnswer(turn, node, answer.response) : null;
    }
    default:
      return null;
  }
}

function receiveAnswer(turn: Turn, node: GraphNode, response: JsonObject): Step {
  turn.assignResult(node, FIELDS.flowOutputVariable.of(node.data), "response", response);
  turn.record(node, { exit: "answered", answer: response });
  return { kind: "exit", exits: [{ handle: "answered" }, "any"] };
}

/** The list has come: it goes out with the Flow. */
function receiveList(turn: Turn, node: GraphNode, result: HttpResult): Step {
  const items = listIn(result);
  if (!Array.isArray(items))
    return notSent(turn, node, isSuccess(result) ? "no list in the answer" : errorMessage(result));
  const list = items.filter(isObject).map((item) => {
    const title = plainText(own(item, "name") ?? own(item, "id") ?? "");
    return { id: title, title };
  });
  return sendFlow(turn, node, { [FIELDS.dataSourceDataKey.of(node.data)]: list });
}

/** What a data source answered; nothing at all is an empty list. */
function listIn(result: HttpResult): Json | undefined {
  if (!isSuccess(result)) return undefined;
  if (result.body === null) return [];
  return isObject(result.body) ? own(result.body, "data") : undefined;
}

function notSent(turn: Turn, node: GraphNode, error: string): Step {
  turn.assign("api_error", error);
  turn.record(node, { success: false, exit: "error", error });
  const otherwise = { status: "completed", reason: "flow_error" } as const;
  return { kind: "exit", exits: [{ handle: "error" }], otherwise };
}

function sendFlow(turn: Turn, node: GraphNode, fetched: JsonObject): Step {
  const { data } = node;
  const flowId = FIELDS.whatsappFlowId.of(data);
  const facts = Object.hasOwn(turn.version.flows, flowId) ? turn.version.flows[flowId] : undefined;
  const flowToken = `${turn.context.runId}-${node.id}`;
  const isDataExchange = FIELDS.flowMode.of(data) === "data_exchange";
  const screen = FIELDS.flowInitialScreen.of(data) || facts?.firstScreen || "";
  const flow: JsonObject = {
    flow_message_version: "3",
    flow_token: flowToken,
    flow_id: flowId,
    flow_cta: buttonOf(turn, node),
    ...(facts?.status === "DRAFT" && { mode: "draft" }),
    flow_action: isDataExchange ? "data_exchange" : "navigate",
    ...(!isDataExchange &&
      screen !== "" && { flow_action_payload: payload(screen, initialData(turn, node, fetched)) }),
  };
  const words = FIELDS.flowBodyText.of(data) || FIELDS.content.of(data) || turn.texts.formBody;
  const body = leadIn(turn, node, turn.fill(node, words), 1024);
  const margins = {
    header: FIELDS.flowHeaderText.of(data) || FIELDS.headerText.of(data),
    footer: FIELDS.flowFooterText.of(data) || FIELDS.footerText.of(data),
  };
  turn.send(node, interactive(turn, node, "flow", body, { name: "flow", parameters: flow }, margins));
  const timer = turn.timerFor(waitTime(data, turn.settings));
  return { kind: "wait", waiting: { kind: "flow", nodeId: node.id, timer, flowToken } };
}

/** Only what the node declares goes to the Flow: the run's other variables are not its business. */
function initialData(turn: Turn, node: GraphNode, fetched: JsonObject): JsonObject {
  const declared = mapFieldTexts(FIELDS.flowInitialData.of(node.data), (text) =>
    fillNestedJson(turn, node, text),
  );
  return { ...declared, ...fetched };
}

/** Meta refuses empty data. */
function payload(screen: string, data: JsonObject): Json {
  return Object.keys(data).length > 0 ? { screen, data } : { screen };
}

/** Meta refuses emoji here. */
function buttonOf(turn: Turn, node: GraphNode): string {
  const words = turn
    .fill(node, FIELDS.flowCta.of(node.data))
    .replace(/\p{Extended_Pictographic}|\uFE0F|\u200D/gu, "");
  return cut(words.trim(), BUTTON_LIMIT) || turn.texts.formCta;
}
