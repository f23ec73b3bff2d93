import type { Json } from "../../base/json/json.ts";

/** The target of an {@link HttpRequest}: it determines the address and the credentials. */
export type HttpTarget =
  /** `url` is absolute; credentials, if any, are in the headers. */
  | { kind: "url" }
  /** `url` is a path below the data source's base URL; the runner adds its authentication and headers. */
  | { kind: "data_source"; dataSourceId: string }
  /** A stored connection. The request's parameters and body take precedence over the connection's. */
  | { kind: "data_source_connection"; connectionId: string }
  /** `url` is a path below the Google Calendar API; the runner adds the account's token. `userId` null: the chatbot's owner. */
  | { kind: "google_calendar"; userId: string | null };

export type HttpBody =
  | { kind: "json"; value: Json }
  /** `application/x-www-form-urlencoded`. */
  | { kind: "form"; fields: [name: string, value: string][] }
  /** `multipart/form-data`. */
  | { kind: "multipart"; fields: [name: string, value: string][] }
  /** Sent as it is; the content type is in the headers. */
  | { kind: "text"; text: string };

/** A request with all variables filled, not yet encoded: names and values are separate, so that no value can change its structure. */
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

/** A request to a language model (an OpenAI-compatible chat completion). The runner adds the history and the API key. */
export type AiRequest = {
  /** Null: the operator's model (`AI_BASE_URL`). */
  baseUrl: string | null;
  model: string | null;
  system: string;
  /** A prompt that follows the history. */
  prompt: string | null;
  /** How many of the conversation's last messages to send along. */
  historyMessages: number;
  temperature: number | null;
  maxTokens: number;
  timeoutMs: number;
};
