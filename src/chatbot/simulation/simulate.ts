import { NO_BUDGET } from "../engine/budget.ts";
import { type Context, isActive, newContext, type Timer } from "../engine/context.ts";
import type { ChatbotEvent } from "../engine/event.ts";
import type { ChatbotVersion } from "../graph/version.ts";
import type { NodeKinds } from "../nodes/node_kinds.ts";
import { NODE_KINDS } from "../nodes/registry.ts";
import type { SystemVariables } from "../text/system_variables.ts";
import { parseObject, preview, replyToMessage } from "./customer.ts";
import { emptyAnswer } from "./empty_answer.ts";
import { type HttpStub, httpStub } from "./http_stub.ts";
import { readLine } from "./note.ts";
import type {
  Played,
  Playing,
  Reply,
  Simulation,
  SimulationOptions,
  SimulationResult,
  TurnBudget,
} from "./simulation.ts";
import { stubbed } from "./stubbed.ts";
import { traced } from "./trace.ts";

/** The system variables of a simulated customer. */
const SIMULATED_VARIABLES: SystemVariables = {
  customer_phone: "905551234567",
  contact: { name: "Test" },
  callback_url: "https://callback.invalid/",
};

/**
 * Simulates a whole run with the production engine: the stub answers requests, and waiting takes no real time. A reply is
 * the id or title of a button or row, a text, `{…}` for the answer to a WhatsApp Flow, or a note ({@link readLine}).
 */
export function simulate(
  version: ChatbotVersion,
  replies: readonly string[],
  { stub = httpStub(null), ...options }: SimulationOptions & { stub?: HttpStub },
): SimulationResult {
  let { simulation } = withStub(startSimulation(version, options), stub);
  for (const line of replies) {
    if (!isActive(simulation.context)) break;
    const reply = readLine(line, simulation);
    ({ simulation } = withStub(
      continueSimulation(version, simulation, reply, options.budget, options.kinds),
      stub,
    ));
  }
  return summarize(simulation);
}

/** Starts a simulated run and continues until it waits for the customer. */
export function* startSimulation(version: ChatbotVersion, options: SimulationOptions): Playing {
  const {
    now,
    runId = "00000000-0000-4000-8000-000000000000",
    budget = UNBOUNDED,
    kinds = NODE_KINDS,
  } = options;
  const setup = { version, budget, kinds };
  const fresh = { context: newContext(runId, "simulated", now), now, messages: [], calls: {} };
  const variables = { ...SIMULATED_VARIABLES, ...options.variables };
  const start: ChatbotEvent = { kind: "start", message: null, variables };
  return yield* playOn(setup, turn(setup, { simulation: fresh, trace: [] }, start));
}

/** Moves the clock of a simulated run to `at`, if given, then passes it the customer's next reply, if there is one. */
export function* continueSimulation(
  version: ChatbotVersion,
  simulation: Simulation,
  { text, at, event: chatbotEvent }: Reply,
  budget: TurnBudget = UNBOUNDED,
  kinds: NodeKinds = NODE_KINDS,
): Playing {
  const setup = { version, budget, kinds };
  let current: Played = { simulation, trace: [] };
  if (at !== undefined) {
    for (let timer = dueBy(at, current); timer; timer = dueBy(at, current))
      current = yield* playOn(setup, fireTimer(setup, current, timer));
    current = { ...current, simulation: { ...current.simulation, now: later(at, current.simulation.now) } };
  }
  if (chatbotEvent) return yield* playOn(setup, turn(setup, current, chatbotEvent));
  if (text === null) return current;
  const event: ChatbotEvent =
    current.simulation.context.waiting?.kind === "callback"
      ? { kind: "callback", payload: parseObject(text) ?? text }
      : { kind: "message", message: replyToMessage(text, current.simulation.messages.at(-1)) };
  return yield* playOn(setup, turn(setup, current, event));
}

/** Runs a step of a simulation, with requests answered by a stub. */
export function withStub<Result>(playing: Playing<Result>, stub: HttpStub): Result {
  let next = playing.next();
  while (!next.done) next = playing.next(next.value === null ? undefined : stubbed(next.value, stub));
  return next.value;
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

type Setup = { version: ChatbotVersion; budget: TurnBudget; kinds: NodeKinds };

const UNBOUNDED: TurnBudget = () => NO_BUDGET;

/** Continues while no customer is needed: requests, retries, delays. The engine's guards limit the number of steps. */
function* playOn(setup: Setup, played: Played): Playing {
  let current = played;
  for (;;) {
    yield null;
    const { waiting } = current.simulation.context;
    const timer = timerOnly(waiting);
    if (timer) current = fireTimer(setup, current, timer);
    else if (waiting?.kind === "http" || waiting?.kind === "ai") {
      const { simulation } = current;
      const { nodeId } = waiting;
      const count = Object.hasOwn(simulation.calls, nodeId) ? (simulation.calls[nodeId] ?? 0) : 0;
      const calls = { ...simulation.calls, [nodeId]: count + 1 };
      const counted = { ...current, simulation: { ...simulation, calls } };
      const result = yield {
        waiting,
        count,
        variables: simulation.context.variables,
        emptyAnswer: emptyAnswer(setup.version, simulation.context, setup.kinds),
      };
      current = result ? turn(setup, counted, result) : fireTimer(setup, counted, waiting.timer);
    } else return current;
  }
}

/** The timer of a run that waits for time only. */
function timerOnly(waiting: Context["waiting"]): Timer | null {
  if (waiting?.kind === "delay") return waiting.timer;
  return waiting?.kind === "http" && waiting.timer.kind === "request_retry" ? waiting.timer : null;
}

function dueBy(at: string, { simulation }: Played): Timer | null {
  const timer = simulation.context.waiting?.timer ?? null;
  return timer && Date.parse(timer.at) <= Date.parse(at) ? timer : null;
}

function fireTimer(setup: Setup, { simulation, trace }: Played, timer: Timer): Played {
  const now = later(timer.at, simulation.now);
  return turn(setup, { simulation: { ...simulation, now }, trace }, { kind: "timer" });
}

/** The later of two instants: the simulated clock never goes backwards. */
function later(one: string, other: string): string {
  return Date.parse(one) > Date.parse(other) ? one : other;
}

function turn(setup: Setup, { simulation, trace }: Played, event: ChatbotEvent): Played {
  const { version, kinds, budget } = setup;
  const step = traced(version, simulation.context, event, simulation.now, { kinds, budget: budget() });
  const said = step.effects.flatMap((effect) => (effect.kind === "send" ? effect.message : []));
  return {
    simulation: { ...simulation, context: step.context, messages: [...simulation.messages, ...said] },
    trace: [...trace, step.trace],
  };
}
