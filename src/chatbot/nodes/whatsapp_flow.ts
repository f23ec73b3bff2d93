import { numberField, objectField, textField } from "../../base/json/fields.ts";
import { isObject, type Json, type JsonObject, own } from "../../base/json/json.ts";
import { mapFieldTexts } from "../../base/json/map_texts.ts";
import type { Waiting } from "../engine/context.ts";
import type { HttpRequest } from "../engine/effect.ts";
import type { HttpResult } from "../engine/event.ts";
import { interactive, leadIn } from "../engine/interactive.ts";
import { fail, type Step } from "../engine/step.ts";
import type { Turn } from "../engine/turn.ts";
import type { WaitTime } from "../engine/wait_time.ts";
import type { GraphNode } from "../graph/graph.ts";
import type { ChatbotSettings } from "../graph/settings.ts";
import { call } from "../request/call.ts";
import { fillNestedJson } from "../request/json_template.ts";
import { errorMessage, isSuccess } from "../request/response.ts";
import { cut } from "../text/cut.ts";
import { plainText } from "../text/display.ts";

export type FlowWaiting = Extract<Waiting, { kind: "flow" }>;

const CTA_LIMIT = 30;

/**
 * Sends a form (a WhatsApp Flow) and waits for it to come back.
 *
 * - `whatsappFlowId`: Meta's id. `flowMode`: `navigate` (default) opens a screen; `data_exchange` lets the form's
 *   endpoint choose it, and give it its data.
 * - `flowInitialScreen`, `flowInitialData`: of `navigate`; data is interpolated in its leaves.
 * - `flowCta`, `flowBodyText` (or `content`), `flowHeaderText` (or `headerText`), `flowFooterText` (or `footerText`).
 * - `dataSourceId` with `dataSourceEndpoint`: a list fetched first, as `[{id, title}]`, into the initial data under
 *   `dataSourceDataKey`.
 * - `flowOutputVariable`: receives the answer, besides `flow_N.response`.
 * - `flowExpirySeconds`: 10 minutes by default; the answer ends it.
 *
 * Exits: the plain way on, `timeout`, `error` (not sent, or no list to send with it).
 */
export function enterWhatsappFlow(turn: Turn, node: GraphNode): Step {
  const { data } = node;
  if (textField(data, "whatsappFlowId") === "") return fail(`missing_flow: whatsapp_flow ${node.id}`);
  const dataSourceId = textField(data, "dataSourceId");
  if (dataSourceId === "") return sendForm(turn, node, {});
  const request: HttpRequest = {
    target: { kind: "data_source", dataSourceId },
    method: "GET",
    url: textField(data, "dataSourceEndpoint") || "/api/brands",
    query: [],
    headers: [],
    body: null,
    timeoutMs: 10_000,
  };
  return call(turn, node, request);
}

/** The list has come: it goes out with the form. */
export function receiveFormData(turn: Turn, node: GraphNode, result: HttpResult): Step {
  const items = listIn(result);
  if (!Array.isArray(items))
    return formFailed(turn, node, isSuccess(result) ? "no list in the answer" : errorMessage(result));
  const list = items.filter(isObject).map((item) => {
    const title = plainText(own(item, "name") ?? own(item, "id") ?? "");
    return { id: title, title };
  });
  return sendForm(turn, node, { [textField(node.data, "dataSourceDataKey") || "brands"]: list });
}

/** What a data source answered; nothing at all is an empty list. */
function listIn(result: HttpResult): Json | undefined {
  if (!isSuccess(result)) return undefined;
  if (result.body === null) return [];
  return isObject(result.body) ? own(result.body, "data") : undefined;
}

/** The form could not be sent. */
export function formFailed(turn: Turn, node: GraphNode, error: string): Step {
  turn.assign("api_error", error);
  turn.record(node, { success: false, exit: "error", error });
  const otherwise = { status: "completed", reason: "flow_error" } as const;
  return { kind: "exit", exits: [{ handle: "error" }], otherwise };
}

/** The form has come back. */
export function receiveForm(turn: Turn, node: GraphNode, response: JsonObject): Step {
  turn.assignResult(node, textField(node.data, "flowOutputVariable"), "response", response);
  turn.record(node, { exit: "answered", answer: response });
  return { kind: "exit", exits: [{ handle: "answered" }, "any"] };
}

/** Sends the form that is still awaited once more. */
export function repeatForm(turn: Turn, node: GraphNode): Step {
  return sendForm(turn, node, {});
}

function sendForm(turn: Turn, node: GraphNode, fetched: JsonObject): Step {
  const { data } = node;
  const flowId = textField(data, "whatsappFlowId");
  const facts = Object.hasOwn(turn.version.flows, flowId) ? turn.version.flows[flowId] : undefined;
  const flowToken = `${turn.context.runId}-${node.id}`;
  const isDataExchange = textField(data, "flowMode") === "data_exchange";
  const screen = textField(data, "flowInitialScreen") || facts?.firstScreen || "";
  const parameters: JsonObject = {
    flow_message_version: "3",
    flow_token: flowToken,
    flow_id: flowId,
    flow_cta: ctaOf(turn, node),
    ...(facts?.status === "DRAFT" && { mode: "draft" }),
    flow_action: isDataExchange ? "data_exchange" : "navigate",
    ...(!isDataExchange &&
      screen !== "" && { flow_action_payload: payload(screen, initialData(turn, node, fetched)) }),
  };
  const text = textField(data, "flowBodyText") || textField(data, "content") || turn.texts.formBody;
  const body = leadIn(turn, node, turn.fill(node, text), 1024);
  const margins = { header: ["flowHeaderText", "headerText"], footer: ["flowFooterText", "footerText"] };
  turn.send(node, interactive(turn, node, "flow", body, { name: "flow", parameters }, margins));
  return {
    kind: "wait",
    waiting: {
      kind: "flow",
      nodeId: node.id,
      timer: turn.timerFor(formTime(node, turn.settings)),
      flowToken,
    },
  };
}

/** How long a form is waited for. */
export function formTime({ data }: GraphNode, settings: ChatbotSettings): WaitTime {
  return {
    kind: "flow_expiry",
    seconds: numberField(data, "flowExpirySeconds") || settings.flowExpirySeconds,
  };
}

/** Only what the node declares goes to the form: the run's variables are nobody's business. */
function initialData(turn: Turn, node: GraphNode, fetched: JsonObject): JsonObject {
  const declared = mapFieldTexts(objectField(node.data, "flowInitialData"), (text) =>
    fillNestedJson(turn, node, text),
  );
  return { ...declared, ...fetched };
}

/** Meta refuses empty data. */
function payload(screen: string, data: JsonObject): Json {
  return Object.keys(data).length > 0 ? { screen, data } : { screen };
}

/** Meta refuses emoji here. */
function ctaOf(turn: Turn, node: GraphNode): string {
  const words = turn
    .fill(node, textField(node.data, "flowCta"))
    .replace(/\p{Extended_Pictographic}|\uFE0F|\u200D/gu, "");
  return cut(words.trim(), CTA_LIMIT) || turn.texts.formCta;
}
