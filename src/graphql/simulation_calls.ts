import type { HttpResult } from "../chatbot/engine/event.ts";
import type { HttpRequest } from "../chatbot/engine/request.ts";
import { makeRequest, type RequestTools } from "../integrations/make_request.ts";
import type { Caller } from "../integrations/prepared_request.ts";

/** Makes the calls of played chatbots in earnest. */
export type SimulationCalls = {
  /** What a step of a played run may take. */
  limitMs: number;
  /** For one step: its calls share that time, and a number. */
  begin(): (caller: Caller, request: HttpRequest) => Promise<HttpResult>;
};

/** Calls of one step. Waiting costs a played run nothing, so that nothing else would slow a loop of calls down. */
const MOST_CALLS = 20;

/** What calls may take of a step's time: the rest is for telling what came of them. */
const CALLS_SHARE = 0.8;

/** @param limitMs for a step */
export function createSimulationCalls({
  tools,
  limitMs,
}: {
  tools: RequestTools;
  limitMs: number;
}): SimulationCalls {
  return {
    limitMs,
    begin() {
      const end = performance.now() + CALLS_SHARE * limitMs;
      let made = 0;
      return async (caller, request) => {
        const leftMs = Math.floor(end - performance.now());
        if (made >= MOST_CALLS) return failure("budget", `More than ${MOST_CALLS} calls in one step.`);
        if (leftMs <= 0) return failure("timeout", "The step's time for calls is used up.");
        made += 1;
        return makeRequest(caller, { ...request, timeoutMs: Math.min(request.timeoutMs, leftMs) }, tools);
      };
    },
  };
}

function failure(reason: "budget" | "timeout", message: string): HttpResult {
  return { kind: "failure", reason, message, durationMs: 0 };
}
