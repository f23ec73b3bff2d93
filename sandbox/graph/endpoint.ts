import type { IncomingMessage, ServerResponse } from "node:http";
import { type BodyFault, type Fault, type FaultSubject, isBodyFault } from "../faults.ts";
import { GraphError } from "../graph_error.ts";
import { isJsonObject, type JsonObject } from "../json.ts";
import type { Network } from "../network.ts";
import { BodyError } from "../read_body.ts";
import { type Answer, sendAnswer } from "./answer.ts";
import { spoil } from "./spoil.ts";

/** A request that is parsed far enough to know its number and recipient. */
interface Call {
  subject: FaultSubject;
  /** The parsed JSON body, for the ledger. */
  body?: unknown;
  /** Carries the request out. May throw a GraphError. */
  run(): Answer | Promise<Answer>;
}

/** Enough for every path there is; a longer one is not worth keeping. */
const MAX_PATH = 256;

/** Serves one request: understands it, applies the fault asked for, answers, and writes it into the ledger. */
export async function serve(
  network: Network,
  request: IncomingMessage & { path: string },
  response: ServerResponse,
  understand: () => Call | Promise<Call>,
): Promise<void> {
  let body: unknown;
  let answer: Answer;
  let errorCode: number | undefined;
  try {
    const call = await understand();
    body = call.body;
    const fault = network.faults.take(call.subject);
    answer = fault ? await applyFault(network, fault, call) : await call.run();
  } catch (error) {
    const graphError = toGraphError(network, error);
    errorCode = graphError.code;
    answer = {
      kind: "json",
      status: graphError.httpStatus,
      body: graphError.toBody(network.identifiers.trace()),
      retryAfter: graphError.retryAfter,
    };
  }
  network.ledger.addRequest({
    at: network.clock.now(),
    method: request.method ?? "",
    path: request.path.slice(0, MAX_PATH),
    body,
    answer: "status" in answer ? answer.status : answer.kind,
    errorCode,
  });
  sendAnswer(response, answer);
}

async function applyFault(network: Network, fault: Fault, call: Call): Promise<Answer> {
  if (fault.kind === "error") throw new GraphError(fault.code, fault);
  if (fault.kind === "redirect") return { kind: "redirect", status: 302, location: fault.location };
  if (fault.kind === "override") return override(fault.fields, await call.run());
  if (isBodyFault(fault)) return spoilFile(network, fault, await call.run());
  const carriedOut = fault.accepts ? await call.run() : undefined;
  switch (fault.kind) {
    case "serverError":
      return { kind: "page", status: 500, html: "<h1>Sorry</h1>" };
    case "cut":
      return { kind: "cut" };
    case "blackHole":
      return { kind: "silence" };
    case "delay":
      await new Promise<void>((resolve) => network.clock.setTimeout(resolve, fault.milliseconds));
      return carriedOut ?? (await call.run());
    default:
      return fault satisfies never;
  }
}

function override(fields: JsonObject, answer: Answer): Answer {
  return answer.kind === "json" && isJsonObject(answer.body)
    ? { ...answer, body: { ...answer.body, ...fields } }
    : answer;
}

function spoilFile(network: Network, fault: BodyFault, answer: Answer): Answer {
  return answer.kind === "file" ? { ...answer, ...spoil(fault, answer, network.clock) } : answer;
}

function toGraphError(network: Network, error: unknown): GraphError {
  if (error instanceof GraphError) return error;
  if (error instanceof BodyError) {
    return new GraphError(100, { message: `(#100) ${error.message}`, httpStatus: error.status });
  }
  network.log?.warn({ err: error }, "sandbox endpoint failed");
  return new GraphError(1);
}
