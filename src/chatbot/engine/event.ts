import type { Json, JsonObject } from "../../base/json/json.ts";
import type { Context, InboundMessage } from "./context.ts";

/** What came of an {@link HttpRequest}. A response of any status is a `response`; no response is a `failure`. */
export type HttpResult =
  | {
      kind: "response";
      status: number;
      /** Parsed JSON where the content type says so, otherwise text; null when empty. */
      body: Json;
      durationMs: number;
    }
  | {
      kind: "failure";
      /** `blocked`: the guard refused the address; `budget`: not called, there is nothing left to spend. */
      reason: "timeout" | "network" | "blocked" | "too_large" | "not_connected" | "budget";
      message: string;
      durationMs: number;
    };

/** What came of an {@link AiRequest}. */
export type AiResult =
  | {
      kind: "reply";
      text: string;
      model: string;
      inputTokens: number;
      outputTokens: number;
      durationMs: number;
    }
  | Extract<HttpResult, { kind: "failure" }>;

/** Everything that can happen to a run. */
export type ChatbotEvent =
  /**
   * The run begins. `variables` are set before the first node: `customer_phone`, `contact`, `callback_url`, and
   * what an API call passed. `message` is what the contact opened with, if a contact did. `replies` is the
   * reply count of the conversation's previous run, so that two chatbots cannot restart each other endlessly.
   */
  | { kind: "start"; message: InboundMessage | null; variables?: JsonObject; replies?: Context["replies"] }
  | { kind: "message"; message: InboundMessage }
  /** A form's answer that reached us by its token rather than as a message. */
  | { kind: "flow_response"; flowToken: string; response: JsonObject }
  | { kind: "http_result"; requestId: string; result: HttpResult }
  | { kind: "ai_result"; requestId: string; result: AiResult }
  /** The run's timer rang. One that is not due (it has been moved since) changes nothing. */
  | { kind: "timer" }
  /** Another program called the run's callback address. */
  | { kind: "callback"; payload: Json }
  /** The person who had the conversation gave it back. */
  | { kind: "handoff_ended" }
  /** A pause is over (a person had stepped in): what the contact was last asked is asked again. */
  | { kind: "resume" }
  /** A message of the run could not be sent. `nodeId` null: it is not known which. */
  | { kind: "send_failed"; nodeId: string | null; reason: string }
  /** Someone on staff moves the run on, past what it waits for. */
  | { kind: "skip" }
  /** Someone, or a rule of the shell, ends the run. `reason` is kept: `user_stopped`, `manually_stopped`, … */
  | { kind: "stop"; reason: string };
