import type { Json, JsonObject } from "../../base/json/json.ts";
import type { Budget } from "../engine/budget.ts";
import type { Context, Instant, Waiting } from "../engine/context.ts";
import type { OutboundMessage } from "../engine/effect.ts";
import type { ChatbotEvent } from "../engine/event.ts";
import type { NodeKinds } from "../nodes/node_kinds.ts";
import type { TraceTurn } from "./trace.ts";

/** A run that is only played: plain JSON, to be continued reply by reply. It never waits for a request. */
export type Simulation = {
  context: Context;
  /** The virtual clock. It moves when the run waits for nothing but time, and when a reply names a time. */
  now: Instant;
  /** Everything the chatbot has sent. */
  messages: OutboundMessage[];
  /** How many requests each node has sent. */
  calls: { [nodeId: string]: number };
};

/** A step of a played run: how it stands, and what happened on the way there. */
export type Played = { simulation: Simulation; trace: TraceTurn[] };

/** What a played run needs and cannot do itself: a request. */
export type PendingCall = {
  waiting: Extract<Waiting, { kind: "http" | "ai" }>;
  /** How many its node has sent before. */
  count: number;
  /** Of the run. */
  variables: JsonObject;
  /** The body of a successful answer in which there is nothing. */
  emptyAnswer: Json;
};

export type CallResult = Extract<ChatbotEvent, { kind: "http_result" | "ai_result" }>;

/**
 * A step under way. It yields each request, and takes its result: the caller decides whether requests are really sent
 * (undefined: no answer ever comes). It yields null after each turn, so that the caller can let others work, or stop.
 */
export type Playing<Result = Played> = Generator<PendingCall | null, Result, CallResult | undefined>;

export type SimulationOptions = {
  /** The run's start, and with `runId` the seed of everything drawn in it. */
  now: Instant;
  runId?: string;
  variables?: JsonObject;
  budget?: TurnBudget;
  /** What the engine can run: all kinds by default. */
  kinds?: NodeKinds;
};

/** The budget of each turn that is played. */
export type TurnBudget = () => Budget;

/**
 * What the customer does next: says something, or (null) nothing; at once, or when the clock shows `at`. `event` is what
 * happens instead, without the customer.
 */
export type Reply = { text: string | null; at?: Instant; event?: ChatbotEvent };

/** What a played run came to. `outcome` is `waiting` while the run is not over, and `reason` then what it waits for. */
export type SimulationResult = {
  /** Ids of the nodes entered, the start node first. */
  path: string[];
  said: string[];
  variables: JsonObject;
  outcome: string;
  reason: string;
};
