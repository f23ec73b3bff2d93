import { objectField, textField } from "../base/json/fields.ts";
import type { InboundMessage } from "../chatbot/engine/context.ts";
import type { ChatbotEvent } from "../chatbot/engine/event.ts";
import { tappedReply } from "../chatbot/engine/inbound_message.ts";
import { textsIn } from "../chatbot/text/texts.ts";
import type { ClaimedEvent, ClaimedTurn } from "./claimed_turn.ts";
import type { RunnableVersion } from "./runnable_version.ts";
import type { TurnPart } from "./turn_parts.ts";
import { nothing, type TurnResult } from "./turn_result.ts";
import { TurnRuns } from "./turn_runs.ts";
import type { TurnTools } from "./turn_tools.ts";

/** Events on which a run continues by itself, and so may send messages. */
const SPEAKING: readonly ClaimedEvent["kind"][] = [
  "timer",
  "resume",
  "http_result",
  "ai_result",
  "callback",
  "flow_response",
  "send_failed",
];

/** A turn in progress: its runs, and the result so far. */
export class PlayedTurn {
  /** How long the chatbot waits for more messages, in milliseconds: the run's setting, or the longest one of the candidates. */
  readonly debounceMs: number;
  readonly #turn: ClaimedTurn;
  readonly #tools: TurnTools;
  readonly #candidates: readonly RunnableVersion[];
  readonly #result = nothing([]);
  readonly #runs: TurnRuns;
  readonly #taken = new Set<string>();
  /** The events that are held until an agent gives the conversation back. */
  readonly #held: ClaimedEvent[] = [];
  #isFirstMessage: boolean;

  constructor(turn: ClaimedTurn, tools: TurnTools) {
    this.#turn = turn;
    this.#tools = tools;
    this.#runs = new TurnRuns(turn, tools, this.#result);
    this.#candidates = (turn.candidate_version_ids ?? []).map((id) => tools.version(id));
    this.#isFirstMessage = turn.is_first_message;
    const versions = this.#runs.active ? [this.#runs.active.version] : this.#candidates;
    this.debounceMs = Math.max(0, ...versions.map(({ settings }) => settings.debounceMs));
  }

  get hasBegun(): boolean {
    return this.#taken.size > 0;
  }

  isSignal(message: InboundMessage): boolean {
    return this.#tools.isSignal(this.#candidates, message, this.#tools.budget);
  }

  play({ events, messages }: TurnPart): void {
    for (const { id } of events) this.#taken.add(id);
    if (messages === null) this.#playEvent(events[0]);
    else for (const message of messages) this.#playMessage(message);
  }

  finish(): TurnResult {
    const result = this.#result;
    result.eventIds = [...this.#taken];
    this.#holdEvents();
    // A run has only one timer: the last change counts.
    result.timers = [...new Map(result.timers.map((timer) => [timer.context_id, timer])).values()];
    result.contexts = this.#runs.rows();
    return result;
  }

  #playMessage(message: InboundMessage): void {
    const isFirst = this.#isFirstMessage;
    this.#isFirstMessage = false;
    if (this.#turn.is_silent || this.#isHandedOver) return;
    const { now, budget, interruptingVersion, startedVersion } = this.#tools;
    const run = this.#runs.active;
    if (run) {
      // A customer who waits for an agent keeps their place in the queue.
      const isQueued = run.context.waiting?.kind === "handoff";
      const entered = isQueued
        ? null
        : interruptingVersion(this.#candidates, run.version, message, now, budget);
      if (entered) this.#replaceRun(entered, message);
      else this.#runs.handle(run, message);
      return;
    }
    const version = startedVersion(this.#candidates, message, now, isFirst, budget);
    if (version) this.#runs.start(version, message);
    else if (tappedReply(message)) this.#answerOldMenu(message);
  }

  /** Whether this turn has handed the conversation over, and no run waits for its return. */
  get #isHandedOver(): boolean {
    return this.#result.handoffs.length > 0 && !this.#runs.active;
  }

  #replaceRun(version: RunnableVersion, message: InboundMessage | null): void {
    this.#stopRun("replaced");
    this.#runs.start(version, message);
  }

  #stopRun(reason: string): void {
    if (this.#runs.active) this.#runs.advance(this.#runs.active, { kind: "stop", reason });
  }

  /** A tap that no run waits for, on a menu of one that has ended. */
  #answerOldMenu(message: InboundMessage): void {
    const version = this.#runs.lastVersion;
    if (version?.settings.oldMenus === "tell") {
      this.#result.replies.push({
        conversation_id: this.#turn.conversation_id,
        type: "text",
        content: { body: textsIn(version.settings.language).oldMenu },
        metadata: {},
      });
    } else if (
      version?.settings.oldMenus === "restart" &&
      this.#candidates.some(({ id }) => id === version.id)
    ) {
      this.#runs.start(version, message);
    }
  }

  #playEvent(event: ClaimedEvent): void {
    const { payload, context_id: runId } = event;
    if (event.kind === "start") {
      this.#stopRun("replaced");
      this.#runs.start(this.#versionOf(event), null, objectField(payload, "variables"));
      return;
    }
    const run = this.#runs.active;
    // The event was for a run that has ended.
    if (!run || (runId !== null && runId !== run.context.runId)) return;
    if (this.#waitsForPerson(event)) this.#held.push(event);
    else if (event.kind === "move") this.#runs.move(run, this.#versionOf(event));
    else if (event.kind === "restart") {
      this.#stopRun("restarted");
      this.#runs.start(this.#versionOf(event), null);
    } else this.#runs.advance(run, { ...payload, kind: event.kind } as ChatbotEvent);
  }

  #versionOf({ payload }: ClaimedEvent): RunnableVersion {
    return this.#tools.version(textField(payload, "versionId"));
  }

  /** Whether an event would make the chatbot interrupt an agent. A run that waits for this agent continues. */
  #waitsForPerson({ kind }: ClaimedEvent): boolean {
    if (!this.#turn.is_silent) return false;
    if (kind === "restart") return true;
    return SPEAKING.includes(kind) && this.#runs.active?.context.waiting?.kind !== "handoff";
  }

  /** Held timers and resumptions are not stored: the run's row contains the due time, and the end of the pause resumes the run. */
  #holdEvents(): void {
    if (this.#held.length === 0) return;
    const kept = this.#held.filter(({ kind }) => kind !== "timer" && kind !== "resume").map(({ id }) => id);
    const result = this.#result;
    result.eventIds = result.eventIds.filter((id) => !kept.includes(id));
    result.holds.push({ conversation_id: this.#turn.conversation_id, event_ids: kept });
  }
}
