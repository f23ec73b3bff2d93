import type { Json, JsonObject } from "../../base/json/json.ts";
import type { Timer } from "./context.ts";
import type { AiRequest, HttpRequest } from "./request.ts";

/** A message to send. `content` is the Graph API's own object of the type, as `messages.content` stores it. */
export type OutboundMessage = { type: string; content: JsonObject | Json[] };

/** A change to the contact, which outlives the run. Tags and groups go by name or id, as the graph wrote them. */
export type ContactChange = {
  fields: JsonObject;
  addTags: string[];
  removeTags: string[];
  addGroups: string[];
  removeGroups: string[];
};

/** What the shell has to do, in this order, in the transaction that stores the new context. */
export type Effect =
  /** Insert an outbound message. `metadata` (model, tokens, latency of an AI reply) goes with it. */
  | { kind: "send"; nodeId: string; message: OutboundMessage; metadata?: JsonObject }
  /** The run's one timer: set, or moved. Its key is the run. When it rings: a `timer` event. */
  | { kind: "set_timer"; timer: Timer }
  | { kind: "clear_timer" }
  /** To be carried out after commit. The request is also in `context.waiting`, so that a job need carry no more than ids. */
  | { kind: "http_request"; requestId: string; nodeId: string; request: HttpRequest }
  | { kind: "ai_request"; requestId: string; nodeId: string; request: AiRequest }
  /** Give the conversation to a person or a team; nulls leave the choice to the tenant's rules. */
  | { kind: "handoff"; nodeId: string; userId: string | null; team: string | null; note: string | null }
  | { kind: "update_contact"; nodeId: string; change: ContactChange }
  /** The run is over. `outcome` is the `end` node's own word, or the status. */
  | {
      kind: "finish";
      status: "completed" | "expired" | "stopped" | "failed";
      outcome: string;
      reason: string;
    }
  /** After `finish`: begin a new run with the message just received (a restart keyword). */
  | { kind: "restart" }
  /** For the trace: something the chatbot's author should know. `code` is stable; `detail` names the part. */
  | { kind: "log"; nodeId: string | null; code: LogCode; detail: string };

export type LogCode =
  | "unresolved_variable"
  | "empty_message"
  | "message_ignored"
  | "send_failed"
  | "options_dropped";
