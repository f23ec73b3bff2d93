import type { Json, JsonObject } from "../../base/json/json.ts";
import type { Budget } from "../engine/budget.ts";
import type { Context, Instant, Waiting } from "../engine/context.ts";
import type { OutboundMessage } from "../engine/effect.ts";
import type { ChatbotEvent } from "../engine/event.ts";
import type { NodeKinds } from "../nodes/node_kinds.ts";
import type { TraceTurn } from "./trace.ts";

/** A simulated run, as plain JSON that the next reply continues. Between two replies it never waits for a request. */
export type Simulation = {
  context: Context;
  /** The simulated clock. It advances when the run waits for time only, and when a reply names a time. */
  now: Instant;
  /** All messages that the chatbot has sent. */
  messages: OutboundMessage[];
  /** How many requests each node has sent. */
  calls: { [nodeId: string]: number };
};

/** The result of a step of a simulation: the new state, and the trace of the turns that led to it. */
export type Played = { simulation: Simulation; trace: TraceTurn[] };

/** A request that a simulated run waits for: whoever drives the simulation supplies the result. */
export type PendingRequest = {
  waiting: Extract<Waiting, { kind: "http" | "ai" }>;
  /** How many requests its node has sent before. */
  count: number;
  /** The run's variables. */
  variables: JsonObject;
  /** The body of a successful but empty response, in the shape that the node expects. */
  emptyAnswer: Json;
};

export type RequestResult = Extract<ChatbotEvent, { kind: "http_result" | "ai_result" }>;

/**
 * A step in progress. It yields each pending request and receives its result, so that the driver decides whether requests
 * are real (undefined: no response arrives). It yields null after each turn, where the driver may pause or stop.
 */
export type Playing<Result = Played> = Generator<PendingRequest | null, Result, RequestResult | undefined>;

export type SimulationOptions = {
  /** When the run starts. With `runId` it seeds all random values of the run. */
  now: Instant;
  runId?: string;
  variables?: JsonObject;
  budget?: TurnBudget;
  /** The kinds of nodes that the engine can run; defaults to all. */
  kinds?: NodeKinds;
};

/** Creates the time budget of each simulated turn. */
export type TurnBudget = () => Budget;

/**
 * What happens next: the customer writes `text` (null: nothing), immediately or at the instant `at`; or `event` happens
 * instead.
 */
export type Reply = { text: string | null; at?: Instant; event?: ChatbotEvent };

/** The result of a simulated run. While it is active, `outcome` is `waiting` and `reason` names what it waits for. */
export type SimulationResult = {
  /** Ids of the nodes entered, the start node first. */
  path: string[];
  said: string[];
  variables: JsonObject;
  outcome: string;
  reason: string;
};
