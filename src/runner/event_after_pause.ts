import type { Waiting } from "../chatbot/engine/context.ts";
import type { ChatbotSettings } from "../chatbot/graph/settings.ts";

/** A run whose conversation a person is done with. */
type HeldRun = {
  waitingFor: Waiting["kind"];
  afterPause: ChatbotSettings["afterPause"];
  /** It has not taken a turn since the pause. */
  wasPaused: boolean;
  /** Of the conversation. */
  isOpen: boolean;
  /** Its timer was due in the meantime. */
  isDue: boolean;
};

/**
 * The event that sets a run going when a person is done with its conversation; null when there is none. This is
 * `app_hidden.event_after_pause()`, which decides in production; both run against tests/cases/pause_ends.json.
 */
export function eventAfterPause(run: HeldRun): "stop" | "resume" | "timer" | null {
  const { waitingFor, afterPause, wasPaused, isOpen, isDue } = run;
  if (waitingFor === "handoff") return null;
  if (wasPaused && afterPause === "end") return "stop";
  if (wasPaused && isOpen && (waitingFor === "answer" || waitingFor === "flow")) return "resume";
  return isDue ? "timer" : null;
}
