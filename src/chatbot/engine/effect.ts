import type { Json, JsonObject } from "../../base/json/json.ts";
import type { Timer } from "./context.ts";

/** A message to send. `content` is the Graph API's own object of the type, as `messages.content` stores it. */
export type OutboundMessage = { type: string; content: JsonObject | Json[] };

/** Where an {@link HttpRequest} goes, and whose credentials it carries. */
export type HttpTarget =
  /** `url` is absolute; credentials, if any, are in the headers. */
  | { kind: "url" }
  /** `url` is a path below the data source's base URL; its authentication and headers are added by the shell. */
  | { kind: "data_source"; dataSourceId: string }
  /** A stored connection: method, path, parameters and body of the connection, overlaid by those given here. */
  | { kind: "data_source_connection"; connectionId: string }
  /** `url` is a path below the Google Calendar API; the account's token is added by the shell. `userId` null: the chatbot's owner. */
  | { kind: "google_calendar"; userId: string | null };

export type HttpBody =
  | { kind: "json"; value: Json }
  /** `application/x-www-form-urlencoded`. */
  | { kind: "form"; fields: [name: string, value: string][] }
  /** `multipart/form-data`. */
  | { kind: "multipart"; fields: [name: string, value: string][] }
  /** Sent as it is; the content type is in the headers. */
  | { kind: "text"; text: string };

/** A request with every value in place, not yet encoded: names and values are separate, so none can break out. */
export type HttpRequest = {
  target: HttpTarget;
  method: string;
  /** Without query string. */
  url: string;
  query: [name: string, value: string][];
  headers: [name: string, value: string][];
  body: HttpBody | null;
  timeoutMs: number;
};

/** A question to a language model (an OpenAI-compatible chat completion). History and key are added by the shell. */
export type AiRequest = {
  /** Null: the tenant's default. */
  baseUrl: string | null;
  model: string | null;
  system: string;
  /** Asked instead of, or after, the history. */
  prompt: string | null;
  /** How many of the conversation's last messages to send along. */
  historyMessages: number;
  temperature: number | null;
  maxTokens: number;
  timeoutMs: number;
};

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
