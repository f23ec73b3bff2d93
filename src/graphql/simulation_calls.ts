import type { HttpResult } from "../chatbot/engine/event.ts";
import type { HttpRequest } from "../chatbot/engine/request.ts";
import { makeRequest, type RequestTools } from "../integrations/make_request.ts";
import type { Caller } from "../integrations/prepared_request.ts";

/** Makes real requests for played chatbots. */
export type SimulationCalls = {
  /** The time limit of a step of a played run. */
  limitMs: number;
  /** For one step: its requests share the time limit and a limit on their number. */
  begin(): (caller: Caller, request: HttpRequest) => Promise<HttpResult>;
};

/** The largest number of requests in a step. Waiting is free in a played run, so nothing else would stop a loop. */
const MOST_CALLS = 20;

/** The part of a step's time for requests; the rest is for playing their results. */
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
