import type { Json, JsonObject } from "../../base/json/json.ts";
import type { AiRequest, HttpRequest } from "./request.ts";

/** An ISO 8601 instant in UTC, with milliseconds. */
export type Instant = string;

/** `running` occurs only inside a turn; what is stored is waiting or finished. */
type RunStatus = "running" | "waiting" | "completed" | "expired" | "stopped" | "failed";

/** A run has at most one timer, and it belongs to what the run waits for. */
export type Timer = { kind: TimerKind; at: Instant };

export type TimerKind =
  /** The question's own time is up: its `timeout` exit. */
  | "answer_timeout"
  /** The contact has gone: the run expires. */
  | "session_expiry"
  /** The form's time is up: its `timeout` exit. */
  | "flow_expiry"
  | "delay"
  /** A request brought no result at all: it counts as failed. */
  | "request_timeout"
  /** The next attempt of a failed request. */
  | "request_retry"
  | "handoff_timeout"
  | "callback_timeout";

/** What a run waits for. It says which events can move it on. */
export type Waiting =
  /** The contact's answer to a question. */
  | {
      kind: "answer";
      nodeId: string;
      timer: Timer | null;
      /** Invalid answers so far. */
      attempts: number;
      /** The shown page of a long list, from 0. */
      page: number;
      /** The contact has already been answered that a picture is not an answer here. */
      nudged: boolean;
    }
  /** A form's answer. */
  | { kind: "flow"; nodeId: string; timer: Timer | null; flowToken: string }
  /** A response. `attempt` counts from 1; while a retry is pending the timer is a `request_retry`. */
  | { kind: "http"; nodeId: string; timer: Timer; requestId: string; request: HttpRequest; attempt: number }
  | { kind: "ai"; nodeId: string; timer: Timer; requestId: string; request: AiRequest }
  | { kind: "delay"; nodeId: string; timer: Timer }
  | { kind: "handoff"; nodeId: string; timer: Timer | null }
  | { kind: "callback"; nodeId: string; timer: Timer | null };

/** One visit of a node. `subflow` is the chatbot id of the called graph, when not the run's own. */
export type NodeVisit = { nodeId: string; at: Instant; subflow?: string };

/** The last execution of a node: how it went, without the data, which is in the variables. */
export type NodeOutput = {
  nodeType: string;
  label: string;
  at: Instant;
  success: boolean;
  /** The exit taken; null for the plain way on. */
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
  /** Our id of the message; for traces only. */
  id: string | null;
  type: string;
  content: Json;
  /** The advertisement that the message came from, as the provider sends it. */
  referral?: JsonObject;
};

/** One run of one version in one conversation: plain JSON, stored as it is. Changed only by `advance`. */
export type Context = {
  /** Unique, ours. Seeds the run's randomness, request ids and flow tokens. */
  runId: string;
  /** A/B splits stick to it. */
  contactId: string;
  status: RunStatus;
  /** How the run ended, in the word of the `end` node, or the status; null while it runs. */
  outcome: string | null;
  /** Why it ended: `flow_completed`, `timeout`, … or `code: detail`; null while it runs. */
  completionReason: string | null;
  startedAt: Instant;
  /** The node the run is at; null before the start. Kept after the end: where the run was left. */
  currentNodeId: string | null;
  /** Nested JSON, plus the flat names (`question_1.response`) that old exports use. */
  variables: JsonObject;
  nodeHistory: NodeVisit[];
  nodeOutputs: { [nodeId: string]: NodeOutput };
  waiting: Waiting | null;
  /** Open subflows, innermost last. */
  frames: Frame[];
  /** Messages sent by bots in this conversation in the hour that began at `since`. */
  replies: { since: Instant; count: number };
  /** Random numbers and request ids drawn so far. */
  draws: number;
  /** Messages that arrived while a request was under way; the next question takes them. */
  inbox: InboundMessage[];
  /** Callbacks that came before the run waited for one. */
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

/** True while the run is not over. */
export function isActive(context: Context): boolean {
  return context.status === "running" || context.status === "waiting";
}
