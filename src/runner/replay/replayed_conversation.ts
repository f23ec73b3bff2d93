import { textField } from "../../base/json/fields.ts";
import { isObject, type Json, type JsonObject } from "../../base/json/json.ts";
import type { Budget } from "../../chatbot/engine/budget.ts";
import type { Instant, Waiting } from "../../chatbot/engine/context.ts";
import { flowAnswer } from "../../chatbot/engine/inbound_message.ts";
import { DEFAULT_SETTINGS } from "../../chatbot/graph/settings.ts";
import { NODE_KINDS } from "../../chatbot/nodes/registry.ts";
import { emptyAnswer } from "../../chatbot/simulation/empty_answer.ts";
import type { PendingRequest, Playing, RequestResult } from "../../chatbot/simulation/simulation.ts";
import type { ClaimedEvent, ContextRow } from "../claimed_turn.ts";
import { contextOf } from "../context_row.ts";
import { eventAfterPause } from "../event_after_pause.ts";
import { playTurn } from "../play_turn.ts";
import type { RunnableVersion } from "../runnable_version.ts";
import { interruptingVersion, isSignalOfAny } from "../started_version.ts";
import type { TurnTools } from "../turn_tools.ts";
import type { RecordedMessage, Recording } from "./recording.ts";
import { type ShownMessage, shownMessage } from "./shown_message.ts";

/**
 * Replays a conversation turn by turn with a version as the only chatbot, by a simulated clock. The replies are returned and not
 * sent.
 */
export class ReplayedConversation {
  /** All runs, the oldest first. */
  readonly runs = new Map<string, ContextRow>();
  readonly #version: RunnableVersion;
  readonly #recording: Recording;
  readonly #startedVersion: TurnTools["startedVersion"];
  readonly #budget: () => Budget;
  /** The recorded replies of the current turn, which are the answers of language models. */
  #recorded: RecordedMessage[] = [];
  #run: ContextRow | null = null;
  #requests = new Map<string, number>();
  #isFirst: boolean;
  /** The number of runs so far. */
  #begun = 0;
  /** The end of the pause, in milliseconds since 1970. */
  #pausedUntil = Number.NEGATIVE_INFINITY;
  /** Whether a run must be resumed at the end of the pause. */
  #isResumed = false;

  constructor(
    version: RunnableVersion,
    recording: Recording,
    startedVersion: TurnTools["startedVersion"],
    budget: () => Budget,
  ) {
    this.#version = version;
    this.#recording = recording;
    this.#startedVersion = startedVersion;
    this.#budget = budget;
    this.#isFirst = recording.isFromBeginning;
  }

  /** Plays messages as one turn. */
  *receive(
    messages: readonly RecordedMessage[],
    recorded: readonly RecordedMessage[],
  ): Playing<ShownMessage[]> {
    this.#recorded = [...recorded];
    const at = messages.at(-1)!.at;
    const events = messages.map((message) => ({
      kind: "message" as const,
      message_id: message.id,
      type: message.type,
      content: this.#forThisRun(message),
      referral: message.referral,
    }));
    const said = yield* this.#play(events, at);
    this.#isFirst = false;
    return said;
  }

  /** Handles a message of an agent: pauses the chatbot. */
  pause(at: Instant): void {
    const { pauseSeconds } = this.#active ? this.#version.settings : DEFAULT_SETTINGS;
    this.#silence(at, pauseSeconds);
    this.#isResumed ||= this.#active !== null;
  }

  /** Advances the clock: timers fire, and pauses end. */
  *passTime(until: Instant): Playing<ShownMessage[]> {
    const said: ShownMessage[] = [];
    for (;;) {
      const [timer, pause] = [
        this.#nextTimer(),
        this.#isResumed ? this.#pausedUntil : Number.POSITIVE_INFINITY,
      ];
      const next = Math.min(timer, pause);
      if (next > Date.parse(until)) return said;
      const at = new Date(next).toISOString();
      if (next === pause) {
        this.#isResumed = false;
        said.push(...(yield* this.#resume(at)));
      } else said.push(...(yield* this.#play([{ kind: "timer" }], at)));
    }
  }

  get #active(): ContextRow | null {
    return this.#run?.status === "waiting" ? this.#run : null;
  }

  get #waiting(): Waiting | null {
    return this.#active && contextOf(this.#active).waiting;
  }

  /** Whether an agent has the conversation, so that events are held, unless the run waits for this agent. */
  #isHeld(at: number): boolean {
    return at < this.#pausedUntil && this.#waiting?.kind !== "handoff";
  }

  /** When the run's timer is handled, in milliseconds since 1970: when it is due, or at the end of a pause. */
  #nextTimer(): number {
    const at = timerOf(this.#waiting);
    return this.#isHeld(at) ? this.#pausedUntil : at;
  }

  /** Ends the pause. The conversation of an agent is open; passTime() handles a timer that is due. */
  *#resume(at: Instant): Playing<ShownMessage[]> {
    const waiting = this.#waiting;
    if (waiting === null) return [];
    const kind = eventAfterPause({
      waitingFor: waiting.kind,
      afterPause: this.#version.settings.afterPause,
      wasPaused: true,
      isOpen: true,
      isDue: false,
    });
    if (kind === "stop") return yield* this.#play([{ kind, payload: { reason: "taken_over" } }], at);
    if (kind === "resume") return yield* this.#play([{ kind }], at);
    // The result of a request that arrived during the pause is handled now.
    return yield* this.#answerRequests(at);
  }

  *#play(events: Partial<ClaimedEvent>[], at: Instant): Playing<ShownMessage[]> {
    const said = this.#turn(events, at);
    return said.concat(yield* this.#answerRequests(at));
  }

  *#answerRequests(at: Instant): Playing<ShownMessage[]> {
    const said: ShownMessage[] = [];
    for (;;) {
      const request = this.#isHeld(Date.parse(at)) ? null : this.#pendingRequest();
      if (request === null) {
        yield null;
        return said;
      }
      const result = this.#recordedAnswer(request) ?? (yield request);
      // Without a result, the request's timer will fire.
      if (result === undefined) return said;
      const { kind, ...payload } = result;
      said.push(...this.#turn([{ kind, payload: payload as JsonObject }], at));
    }
  }

  #turn(events: Partial<ClaimedEvent>[], at: Instant): ShownMessage[] {
    const { tenantId, conversationId, contact } = this.#recording;
    const turn = {
      tenant_id: tenantId,
      conversation_id: conversationId,
      contact,
      is_silent: Date.parse(at) < this.#pausedUntil,
      context: this.#active,
      previous:
        this.#active === null && this.#run !== null
          ? { version_id: this.#version.id, replies: contextOf(this.#run).replies }
          : null,
      is_first_message: this.#active === null && this.#isFirst,
      candidate_version_ids: [this.#version.id],
      events: events.map((event) => ({ ...NO_EVENT, ...event })),
    };
    const { contexts, handoffs, replies } = playTurn(turn, {
      version: () => this.#version,
      startedVersion: this.#startedVersion,
      interruptingVersion,
      isSignal: isSignalOfAny,
      callbackAddress: () => "https://callback.invalid/",
      newRunId: () => this.#newRunId(),
      now: at,
      budget: this.#budget(),
    });
    for (const run of contexts) this.runs.set(run.id, run);
    this.#run = contexts.at(-1) ?? this.#run;
    // When users gave the conversation back is not recorded: a pause stands for it. A run that waits for it is not paused.
    if (handoffs.length > 0 && !this.#active) this.#silence(at, this.#version.settings.pauseSeconds);
    return replies.map(shownMessage);
  }

  #silence(at: Instant, seconds: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, Date.parse(at) + 1000 * seconds);
  }

  #newRunId(): string {
    const number = this.#begun++;
    return this.#recording.runIds[number] ?? `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
  }

  #pendingRequest(): PendingRequest | null {
    const waiting = this.#waiting;
    const row = this.#active;
    const isRequest =
      waiting?.kind === "ai" || (waiting?.kind === "http" && waiting.timer.kind === "request_timeout");
    if (row === null || !isRequest) return null;
    const count = this.#requests.get(waiting.nodeId) ?? 0;
    this.#requests.set(waiting.nodeId, count + 1);
    return {
      waiting,
      count,
      variables: row.variables,
      emptyAnswer: emptyAnswer(this.#version, contextOf(row), NODE_KINDS),
    };
  }

  /** The recorded answer of the same node's language model. */
  #recordedAnswer({ waiting }: PendingRequest): RequestResult | null {
    const isIt = ({ isModels, nodeId }: RecordedMessage) => isModels && nodeId === waiting.nodeId;
    const index = waiting.kind === "ai" ? this.#recorded.findIndex(isIt) : -1;
    const [message] = index < 0 ? [] : this.#recorded.splice(index, 1);
    if (!message || !isObject(message.content)) return null;
    const result = { kind: "reply", text: textField(message.content, "body"), ...UNMEASURED } as const;
    return { kind: "ai_result", requestId: waiting.requestId, result };
  }

  /** Redirects the answer to a WhatsApp Flow of the recorded run to this run, unless it is for another of the run's Flows. */
  #forThisRun({ type, content }: RecordedMessage): Json {
    const answer = flowAnswer({ id: null, type, content });
    const waiting = this.#waiting;
    if (!answer || waiting?.kind !== "flow") return content;
    const isForAnother = this.#version.graph.nodes.some(
      ({ id }) =>
        id !== waiting.nodeId && answer.token?.endsWith(`-${id}`) && !waiting.flowToken.endsWith(`-${id}`),
    );
    if (isForAnother) return content;
    const response_json = JSON.stringify({ ...answer.response, flow_token: waiting.flowToken });
    return { type: "nfm_reply", nfm_reply: { response_json } };
  }
}

const UNMEASURED = { model: "recorded", inputTokens: 0, outputTokens: 0, durationMs: 0 };

const NO_EVENT: ClaimedEvent = {
  id: "",
  kind: "message",
  age_ms: Number.MAX_SAFE_INTEGER,
  context_id: null,
  payload: {},
  message_id: null,
  type: null,
  content: null,
  referral: null,
  tries: 0,
};

/** When the timer is due, in milliseconds since 1970. */
function timerOf(waiting: Waiting | null): number {
  const at = waiting?.timer?.at;
  return at ? Date.parse(at) : Number.POSITIVE_INFINITY;
}
