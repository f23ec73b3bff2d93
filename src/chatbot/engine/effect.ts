import type { Json, JsonObject } from "../../base/json/json.ts";
import type { Timer } from "./context.ts";
import type { AiRequest, HttpRequest } from "./request.ts";

/** A message to send. `content` is the Graph API's own object of the type, as `messages.content` stores it. */
export type OutboundMessage = { type: string; content: JsonObject | Json[] };

/** A permanent change to the contact. Tags and groups are given by name or id, as in the graph. */
export type ContactChange = {
  fields: JsonObject;
  addTags: string[];
  removeTags: string[];
  addGroups: string[];
  removeGroups: string[];
};

/** What the runner does for a turn, in this order, in the transaction that stores the new context. */
export type Effect =
  /** Insert an outbound message. `metadata` (model, tokens, latency of an AI reply) is stored with it. */
  | { kind: "send"; nodeId: string; message: OutboundMessage; metadata?: JsonObject }
  /** Set the run's timer, or move it: a run has at most one. When it fires, the run receives a `timer` event. */
  | { kind: "set_timer"; timer: Timer }
  | { kind: "clear_timer" }
  /** Send a request after commit. It is also in `context.waiting`, so that the payload of the job can consist of ids. */
  | { kind: "http_request"; requestId: string; nodeId: string; request: HttpRequest }
  | { kind: "ai_request"; requestId: string; nodeId: string; request: AiRequest }
  /** Assign the conversation to a member or a team; with nulls the tenant's rules choose. */
  | { kind: "handoff"; nodeId: string; userId: string | null; team: string | null; note: string | null }
  | { kind: "update_contact"; nodeId: string; change: ContactChange }
  /** The run has ended. `outcome` is that of the `end` node, or the status. */
  | {
      kind: "finish";
      status: "completed" | "expired" | "stopped" | "failed";
      outcome: string;
      reason: string;
    }
  /** After `finish`: start a new run with the message just received (a restart keyword). */
  | { kind: "restart" }
  /** For the trace: a note for the author of the chatbot. `code` is stable; `detail` names the part. */
  | { kind: "log"; nodeId: string | null; code: LogCode; detail: string };

export type LogCode =
  | "unresolved_variable"
  | "empty_message"
  | "message_ignored"
  | "send_failed"
  | "options_dropped";
