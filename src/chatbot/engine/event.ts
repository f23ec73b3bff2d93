import type { Json, JsonObject } from "../../base/json/json.ts";
import type { Context, InboundMessage } from "./context.ts";

/** The result of an {@link HttpRequest}: a `response` of any status, or a `failure` if there is no response. */
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
      /** `blocked`: the guard refused the address; `budget`: not sent, because the budget is used up. */
      reason: "timeout" | "network" | "blocked" | "too_large" | "not_connected" | "budget";
      message: string;
      durationMs: number;
    };

/** The result of an {@link AiRequest}. */
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

/** All events that a run can receive. */
export type ChatbotEvent =
  /**
   * The run starts. `variables` are set before the first node: `customer_phone`, `contact`, `callback_url`, and those that an
   * API request passed. `message` is the contact's message that started the run, if there is one. `replies` is the
   * reply count of the conversation's previous run, so that two chatbots cannot restart each other endlessly.
   */
  | { kind: "start"; message: InboundMessage | null; variables?: JsonObject; replies?: Context["replies"] }
  | { kind: "message"; message: InboundMessage }
  /** The answer to a WhatsApp Flow that was found by its token rather than by its message. */
  | { kind: "flow_response"; flowToken: string; response: JsonObject }
  | { kind: "http_result"; requestId: string; result: HttpResult }
  | { kind: "ai_result"; requestId: string; result: AiResult }
  /** The run's timer fired. A timer that is not due (it has been moved since) changes nothing. */
  | { kind: "timer" }
  /** Another program sent a request to the run's callback address. */
  | { kind: "callback"; payload: Json }
  /** The agent who had taken over the conversation gave it back. */
  | { kind: "handoff_ended" }
  /** A pause after an agent's message is over: the last question is asked again. */
  | { kind: "resume" }
  /** A message of the run could not be sent. `nodeId` is null if the node is not known. */
  | { kind: "send_failed"; nodeId: string | null; reason: string }
  /** An agent skips what the run waits for. */
  | { kind: "skip" }
  /** An agent, or a rule of the runner, ends the run. `reason` is stored: `user_stopped`, `manually_stopped`, … */
  | { kind: "stop"; reason: string };
