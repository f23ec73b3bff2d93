import type { Waiting } from "../chatbot/engine/context.ts";
import type { ChatbotSettings } from "../chatbot/graph/settings.ts";

/** The state of a run whose conversation an agent gives back. */
type HeldRun = {
  waitingFor: Waiting["kind"];
  afterPause: ChatbotSettings["afterPause"];
  /** Whether the run has had no turn since the pause began. */
  wasPaused: boolean;
  /** Of the conversation. */
  isOpen: boolean;
  /** Whether its timer was due during the pause. */
  isDue: boolean;
};

/**
 * The event that resumes a run when an agent gives its conversation back; null when there is none. This is
 * `app_hidden.event_after_pause()`, which decides in production; both run against tests/cases/pause_ends.json.
 */
export function eventAfterPause(run: HeldRun): "stop" | "resume" | "timer" | null {
  const { waitingFor, afterPause, wasPaused, isOpen, isDue } = run;
  if (waitingFor === "handoff") return null;
  if (wasPaused && afterPause === "end") return "stop";
  if (wasPaused && isOpen && (waitingFor === "answer" || waitingFor === "flow")) return "resume";
  return isDue ? "timer" : null;
}
