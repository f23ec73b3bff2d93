import { z } from "zod";
import type { Simulation } from "../../chatbot/simulation/simulation.ts";

/**
 * The state of a played run, which the client sends back. A modified state can only lead where the graph leads: a state
 * that a step returned never waits for a request, so a state with a request in it is not valid.
 */
const Instant = z.iso.datetime().refine((text) => !Number.isNaN(Date.parse(text)));
const Variables = z.record(z.string(), z.json());
const Count = z.int().min(0);
const TimerState = z.strictObject({
  kind: z.enum(["answer_timeout", "session_expiry", "flow_expiry", "handoff_timeout", "callback_timeout"]),
  at: Instant,
});
const waitingAt = { nodeId: z.string(), timer: TimerState.nullable() };
const WaitingState = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("answer"),
    ...waitingAt,
    attempts: Count,
    page: Count,
    nudged: z.boolean(),
  }),
  z.strictObject({ kind: z.literal("flow"), ...waitingAt, flowToken: z.string() }),
  z.strictObject({ kind: z.literal("handoff"), ...waitingAt }),
  z.strictObject({ kind: z.literal("callback"), ...waitingAt }),
]);

const State = z.strictObject({
  context: z.strictObject({
    runId: z.uuid(),
    contactId: z.string(),
    status: z.enum(["running", "waiting", "completed", "expired", "stopped", "failed"]),
    outcome: z.string().nullable(),
    completionReason: z.string().nullable(),
    startedAt: Instant,
    currentNodeId: z.string().nullable(),
    variables: Variables,
    nodeHistory: z.array(z.strictObject({ nodeId: z.string(), at: Instant, subflow: z.string().optional() })),
    nodeOutputs: z.record(z.string(), Variables),
    waiting: WaitingState.nullable(),
    frames: z.array(
      z.strictObject({ chatbotId: z.string(), callerNodeId: z.string(), callerVariables: Variables }),
    ),
    replies: z.strictObject({ since: Instant, count: Count }),
    draws: Count,
    inbox: z.array(z.strictObject({ id: z.null(), type: z.string(), content: z.json() })),
    callbacks: z.array(z.json()),
  }),
  now: Instant,
  messages: z.array(z.strictObject({ type: z.string(), content: z.union([Variables, z.array(z.json())]) })),
  calls: z.record(z.string(), Count),
});

/** zod's copy is not used, because it drops data of a node called `__proto__`. */
export function isSimulation(state: unknown): state is Simulation {
  return State.safeParse(state).success;
}
