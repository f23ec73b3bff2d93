import type { Json } from "../../base/json/json.ts";

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
