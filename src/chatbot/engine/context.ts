import type { Json, JsonObject } from "../../base/json/json.ts";
import type { AiRequest, HttpRequest } from "./request.ts";

/** An ISO 8601 instant in UTC, with milliseconds. */
export type Instant = string;

/** `running` occurs only within a turn; a stored run is waiting or has ended. */
type RunStatus = "running" | "waiting" | "completed" | "expired" | "stopped" | "failed";

/** A run has at most one timer, and it belongs to what the run waits for. */
export type Timer = { kind: TimerKind; at: Instant };

export type TimerKind =
  /** The question's timeout: the run leaves by its exit `timeout`. */
  | "answer_timeout"
  /** The contact has not answered: the run expires. */
  | "session_expiry"
  /** The WhatsApp Flow's timeout: the run leaves by its exit `timeout`. */
  | "flow_expiry"
  | "delay"
  /** A request has no result: it counts as failed. */
  | "request_timeout"
  /** The next attempt of a failed request. */
  | "request_retry"
  | "handoff_timeout"
  | "callback_timeout";

/** What a run waits for. It determines which events the run handles. */
export type Waiting =
  /** The contact's answer to a question. */
  | {
      kind: "answer";
      nodeId: string;
      timer: Timer | null;
      /** The number of invalid answers so far. */
      attempts: number;
      /** The shown page of a long list, from 0. */
      page: number;
      /** Whether the contact has already received the reply that a picture is not a valid answer. */
      nudged: boolean;
    }
  /** The answer to a WhatsApp Flow. */
  | { kind: "flow"; nodeId: string; timer: Timer | null; flowToken: string }
  /** The response to a request. `attempt` counts from 1; before a retry the timer is a `request_retry`. */
  | { kind: "http"; nodeId: string; timer: Timer; requestId: string; request: HttpRequest; attempt: number }
  | { kind: "ai"; nodeId: string; timer: Timer; requestId: string; request: AiRequest }
  | { kind: "delay"; nodeId: string; timer: Timer }
  | { kind: "handoff"; nodeId: string; timer: Timer | null }
  | { kind: "callback"; nodeId: string; timer: Timer | null };

/** One visit of a node. `subflow` is the chatbot id of the called graph, when not the run's own. */
export type NodeVisit = { nodeId: string; at: Instant; subflow?: string };

/** The last execution of a node: its result, without the data, which is in the variables. */
export type NodeOutput = {
  nodeType: string;
  label: string;
  at: Instant;
  success: boolean;
  /** The exit that was taken; null for the default exit. */
  exit?: string | null;
  error?: string;
  statusCode?: number;
  durationMs?: number;
  answer?: Json;
};

/** A subflow that has not returned: where to return to, and the variables of the caller. */
export type Frame = { chatbotId: string; callerNodeId: string; callerVariables: JsonObject };

/**
 * A message from the contact. `content` is the Graph API's own object of the message's type: `{body}` for
 * `text`, `{type: "button_reply", button_reply: {id, title}}` for `interactive`, an array for `contacts`.
 */
export type InboundMessage = {
  /** The id of the message row; for traces only. */
  id: string | null;
  type: string;
  content: Json;
  /** The advertisement that the message came from, as the provider sends it. */
  referral?: JsonObject;
};

/** The state of one run of one version in one conversation, stored as plain JSON. Changed only by `advance`. */
export type Context = {
  /** The unique id of the run. It seeds its random values, request ids and flow tokens. */
  runId: string;
  /** The contact. A/B splits depend on this id, so that a contact always takes the same exit. */
  contactId: string;
  status: RunStatus;
  /** The outcome of the run: that of the `end` node, or the status; null while the run is active. */
  outcome: string | null;
  /** Why it ended: `flow_completed`, `timeout`, … or `code: detail`; null while the run is active. */
  completionReason: string | null;
  startedAt: Instant;
  /** The current node; null before the start. After the end it is the last node. */
  currentNodeId: string | null;
  /** The run's variables: nested JSON, and flat names (`question_1.response`) that old exports use. */
  variables: JsonObject;
  nodeHistory: NodeVisit[];
  nodeOutputs: { [nodeId: string]: NodeOutput };
  waiting: Waiting | null;
  /** Open subflows, innermost last. */
  frames: Frame[];
  /** The number of messages that chatbots have sent in this conversation in the hour that began at `since`. */
  replies: { since: Instant; count: number };
  /** How many random numbers and request ids the run has drawn. */
  draws: number;
  /** Messages that arrived during a request; the next question receives them. */
  inbox: InboundMessage[];
  /** Callbacks that arrived before the run waited for one. */
  callbacks: Json[];
};

/** A fresh context, for the `start` event. `runId` must be unique: a UUID. */
export function newContext(runId: string, contactId: string, now: Instant): Context {
  return {
    runId,
    contactId,
    status: "running",
    outcome: null,
    completionReason: null,
    startedAt: now,
    currentNodeId: null,
    variables: {},
    nodeHistory: [],
    nodeOutputs: {},
    waiting: null,
    frames: [],
    replies: { since: now, count: 0 },
    draws: 0,
    inbox: [],
    callbacks: [],
  };
}

/** Whether the run is active. */
export function isActive(context: Context): boolean {
  return context.status === "running" || context.status === "waiting";
}
