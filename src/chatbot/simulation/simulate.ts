import { advance } from "../advance.ts";
import { type Context, type Instant, isActive, newContext } from "../context.ts";
import type { Effect, OutboundMessage } from "../effect.ts";
import type { ChatbotEvent } from "../event.ts";
import type { Json, JsonObject } from "../json.ts";
import type { ChatbotVersion } from "../version.ts";
import { parseObject, preview, replyToMessage } from "./customer.ts";
import { type HttpStub, httpStub, stubbedReply } from "./http_stub.ts";

/** A run that is only played: plain JSON, to be continued reply by reply. */
export type Simulation = {
  context: Context;
  /** The virtual clock. It moves when the run waits for nothing but time. */
  now: Instant;
  /** Everything the bot has said. */
  messages: OutboundMessage[];
  trace: TraceStep[];
};

/** One turn: what happened, where it led, what it did, what it changed. */
export type TraceStep = {
  event: ChatbotEvent["kind"];
  at: Instant;
  nodes: string[];
  effects: Effect[];
  /** Variables that were set, changed or (null) removed. */
  changed: JsonObject;
};

export type SimulationOptions = {
  /** The run's start, and with `runId` the seed of everything drawn in it. */
  now: Instant;
  runId?: string;
  variables?: JsonObject;
  stub?: HttpStub;
};

/** What a played run came to. `outcome` is `waiting` while the run is not over, and `reason` then what it waits for. */
export type SimulationResult = {
  /** Ids of the nodes entered, the start node first. */
  path: string[];
  said: string[];
  variables: JsonObject;
  outcome: string;
  reason: string;
};

/** What the engine is told of a customer who does not exist. */
const SIMULATED_VARIABLES: JsonObject = {
  customer_phone: "905551234567",
  contact: { name: "Test" },
  callback_url: "https://callback.invalid/",
};

/**
 * Plays a whole run with the engine that runs in earnest: calls are answered by the stub, time passes at once.
 * A reply is the id or title of a button or row, a text, or `{…}` for a form's answer.
 */
export function simulate(
  version: ChatbotVersion,
  replies: readonly string[],
  options: SimulationOptions,
): SimulationResult {
  let simulation = startSimulation(version, options);
  for (const reply of replies) {
    if (!isActive(simulation.context)) break;
    simulation = continueSimulation(version, simulation, reply, options.stub);
  }
  return summarize(simulation);
}

/** Begins a played run, and plays it until it waits for the customer. */
export function startSimulation(version: ChatbotVersion, options: SimulationOptions): Simulation {
  const { now, runId = "00000000-0000-4000-8000-000000000000" } = options;
  const fresh: Simulation = { context: newContext(runId, "simulated", now), now, messages: [], trace: [] };
  const variables = { ...SIMULATED_VARIABLES, ...options.variables };
  const started = turn(version, fresh, { kind: "start", message: null, variables });
  return playOn(version, started, options.stub ?? httpStub(null));
}

/** Gives a played run the customer's next reply. */
export function continueSimulation(
  version: ChatbotVersion,
  simulation: Simulation,
  reply: string,
  stub: HttpStub = httpStub(null),
): Simulation {
  const event: ChatbotEvent =
    simulation.context.waiting?.kind === "callback"
      ? { kind: "callback", payload: parseObject(reply) ?? reply }
      : { kind: "message", message: replyToMessage(reply, simulation.messages.at(-1)) };
  return playOn(version, turn(version, simulation, event), stub);
}

export function summarize({ context, messages }: Simulation): SimulationResult {
  return {
    path: context.nodeHistory.map(({ nodeId }) => nodeId),
    said: messages.map(preview),
    variables: context.variables,
    outcome: context.outcome ?? "waiting",
    reason: context.completionReason ?? `waiting_for: ${context.waiting?.kind ?? "nothing"}`,
  };
}

/** Plays everything that needs no customer: calls, retries, delays. The engine's guards bound it. */
function playOn(version: ChatbotVersion, simulation: Simulation, stub: HttpStub): Simulation {
  let current = simulation;
  for (let event = nextEvent(current, stub); event; event = nextEvent(current, stub)) {
    if (event.kind === "timer")
      current = { ...current, now: current.context.waiting?.timer?.at ?? current.now };
    current = turn(version, current, event);
  }
  return current;
}

function nextEvent({ context, trace }: Simulation, stub: HttpStub): ChatbotEvent | null {
  const { waiting } = context;
  switch (waiting?.kind) {
    case "delay":
      return { kind: "timer" };
    case "http": {
      const { requestId, request, nodeId, timer } = waiting;
      if (timer.kind === "request_retry") return { kind: "timer" };
      return { kind: "http_result", requestId, result: stub(nodeId, request, callsBefore(trace, nodeId)) };
    }
    case "ai": {
      const { requestId, nodeId, request } = waiting;
      const url = request.baseUrl ?? "";
      const asHttp = {
        target: { kind: "url" },
        method: "POST",
        url,
        query: [],
        headers: [],
        body: null,
        timeoutMs: 0,
      } as const;
      const result = stub(nodeId, { ...asHttp, query: [], headers: [] }, callsBefore(trace, nodeId));
      return { kind: "ai_result", requestId, result: stubbedReply(result) };
    }
    default:
      return null;
  }
}

/** How often a node had called before the call that is under way. */
function callsBefore(trace: TraceStep[], nodeId: string): number {
  const calls = trace
    .flatMap(({ effects }) => effects)
    .filter(
      (effect) =>
        (effect.kind === "http_request" || effect.kind === "ai_request") && effect.nodeId === nodeId,
    );
  return calls.length - 1;
}

function turn(version: ChatbotVersion, simulation: Simulation, event: ChatbotEvent): Simulation {
  const { context: before, now } = simulation;
  const { context, effects } = advance(version, before, event, now);
  const said = effects.flatMap((effect) => (effect.kind === "send" ? effect.message : []));
  const nodes = context.nodeHistory.slice(before.nodeHistory.length).map(({ nodeId }) => nodeId);
  const step: TraceStep = {
    event: event.kind,
    at: now,
    nodes,
    effects,
    changed: changes(before.variables, context.variables),
  };
  return {
    ...simulation,
    context,
    messages: [...simulation.messages, ...said],
    trace: [...simulation.trace, step],
  };
}

function changes(before: JsonObject, after: JsonObject): JsonObject {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  return Object.fromEntries(changed.map((name): [string, Json] => [name, after[name] ?? null]));
}
