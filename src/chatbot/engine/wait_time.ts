import type { GraphNode } from "../graph/graph.ts";
import type { ChatbotSettings } from "../graph/settings.ts";
import { delayTime } from "../nodes/delay.ts";
import { handoffTime } from "../nodes/handoff.ts";
import { answerTime } from "../nodes/question.ts";
import { callbackTime } from "../nodes/wait_for_callback.ts";
import { formTime } from "../nodes/whatsapp_flow.ts";
import type { TimerKind, Waiting } from "./context.ts";

/** How long a run waits at a node, and what is over then; `seconds` null: for as long as it takes. */
export type WaitTime = { kind: TimerKind; seconds: number | null };

/** Waits whose time the graph decides, by what is waited for; a call has its own. */
export const WAIT_TIMES: {
  [kind in Exclude<Waiting["kind"], "http" | "ai">]: (node: GraphNode, settings: ChatbotSettings) => WaitTime;
} = {
  answer: answerTime,
  flow: formTime,
  delay: delayTime,
  handoff: handoffTime,
  callback: callbackTime,
};
