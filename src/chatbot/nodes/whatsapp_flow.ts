import { isObject, type Json, type JsonObject, own } from "../../base/json/json.ts";
import { mapFieldTexts } from "../../base/json/map_texts.ts";
import type { ChatbotEvent, HttpResult } from "../engine/event.ts";
import { flowAnswer, tappedReply, typedText } from "../engine/inbound_message.ts";
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
    "`navigate` opens a screen; with `data_exchange` the Flow's endpoint chooses the screen and its data.",
    ["navigate", "data_exchange"],
  ),
  flowInitialScreen: text("The screen that `navigate` opens; defaults to the first one."),
  flowInitialData: pairs("The data for that screen."),
  flowCta: template("The title of the button, without emoji.", { limit: BUTTON_LIMIT }),
  flowBodyText: template("The text above the button.", { limit: 1024 }),
  flowHeaderText: template("The line above the text.", { limit: 60 }),
  flowFooterText: template("The line below the button.", { limit: 60 }),
  content: template("Used if `flowBodyText` is empty."),
  headerText: template("Used if `flowHeaderText` is empty."),
  footerText: template("Used if `flowFooterText` is empty."),
  dataSourceId: reference(
    "data_source",
    'A data source, to fetch a list from first, as `[{"id", "title"}]`.',
  ),
  dataSourceEndpoint: text("The path of the list below the data source's base URL.", {
    default: "/api/brands",
  }),
  dataSourceDataKey: text("The name of the list in the initial data.", { default: "brands" }),
  flowOutputVariable: output("The variable that receives the answer."),
  flowExpirySeconds: number(
    "How long to wait before the exit `timeout`, in seconds; defaults to the setting of the same name (ten minutes).",
  ),
});

export const whatsappFlow = defineNode({
  kind: "whatsapp_flow",
  about:
    "Sends a WhatsApp Flow (a form) and waits for the answer. If it is not sent, the variable `api_error` contains the reason.",
  fields: FIELDS,
  numberedAs: "flow",
  results: { response: "the answer" },
  exits: [
    { handle: "answered", label: "the answer arrived; without this edge, any other is taken" },
    { handle: "timeout", label: "the answer did not arrive in time", leaves: "after_wait" },
    {
      handle: "error",
      label: "the Flow was not sent, or its list could not be read",
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

/** Handles an event while the run waits for the answer to the Flow. */
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
      const answer = flowAnswer(event.message);
      // The contact tapped an old menu, but the run waits for the Flow.
      if (answer === null) return tappedReply(event.message) ? sendFlow(turn, node, {}) : null;
      // This is the answer to a Flow of another run or node.
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

/** Handles the response with the list, and sends the Flow with it. */
function receiveList(turn: Turn, node: GraphNode, result: HttpResult): Step {
  const items = listIn(result);
  if (!Array.isArray(items))
    return notSent(turn, node, isSuccess(result) ? "the response contains no list" : errorMessage(result));
  const list = items.filter(isObject).map((item) => {
    const title = plainText(own(item, "name") ?? own(item, "id") ?? "");
    return { id: title, title };
  });
  return sendFlow(turn, node, { [FIELDS.dataSourceDataKey.of(node.data)]: list });
}

/** The list in a data source's response; an empty body is an empty list. */
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
  const words = FIELDS.flowBodyText.of(data) || FIELDS.content.of(data) || turn.texts.flowBody;
  const body = leadIn(turn, node, turn.fill(node, words), 1024);
  const margins = {
    header: FIELDS.flowHeaderText.of(data) || FIELDS.headerText.of(data),
    footer: FIELDS.flowFooterText.of(data) || FIELDS.footerText.of(data),
  };
  turn.send(node, interactive(turn, node, "flow", body, { name: "flow", parameters: flow }, margins));
  const timer = turn.timerFor(waitTime(data, turn.settings));
  return { kind: "wait", waiting: { kind: "flow", nodeId: node.id, timer, flowToken } };
}

/** The data for the Flow: only what the node declares, so that the Flow's endpoint does not receive the run's other variables. */
function initialData(turn: Turn, node: GraphNode, fetched: JsonObject): JsonObject {
  const declared = mapFieldTexts(FIELDS.flowInitialData.of(node.data), (text) =>
    fillNestedJson(turn, node, text),
  );
  return { ...declared, ...fetched };
}

/** The action payload. `data` is left out when empty: Meta refuses an empty object. */
function payload(screen: string, data: JsonObject): Json {
  return Object.keys(data).length > 0 ? { screen, data } : { screen };
}

/** The title of the button, without emoji: Meta refuses them. */
function buttonOf(turn: Turn, node: GraphNode): string {
  const words = turn
    .fill(node, FIELDS.flowCta.of(node.data))
    .replace(/\p{Extended_Pictographic}|\uFE0F|\u200D/gu, "");
  return cut(words.trim(), BUTTON_LIMIT) || turn.texts.flowCta;
}
