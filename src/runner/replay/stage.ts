import { textField } from "../../base/json/fields.ts";
import { isObject, type Json, type JsonObject } from "../../base/json/json.ts";
import type { Budget } from "../../chatbot/engine/budget.ts";
import type { Instant, Waiting } from "../../chatbot/engine/context.ts";
import { formAnswer } from "../../chatbot/engine/inbound.ts";
import { DEFAULT_SETTINGS } from "../../chatbot/graph/settings.ts";
import { NODE_KINDS } from "../../chatbot/nodes/registry.ts";
import { emptyAnswer } from "../../chatbot/simulation/empty_answer.ts";
import type { PendingRequest, Playing, RequestResult } from "../../chatbot/simulation/simulation.ts";
import { isSignalOfAny, versionEntered } from "../begins.ts";
import type { ClaimedEvent, ContextRow } from "../claimed_turn.ts";
import { contextOf } from "../context_row.ts";
import { eventAfterPause } from "../event_after_pause.ts";
import { playTurn } from "../play_turn.ts";
import type { RunnableVersion } from "../runnable_version.ts";
import type { TurnTools } from "../turn_tools.ts";
import type { Past, PastMessage } from "./past.ts";
import { type Spoken, spoken } from "./spoken.ts";

/**
 * A conversation in which a version is the only chatbot, played turn by turn as in earnest, by a clock of its own.
 * What it would say is returned, and goes nowhere.
 */
export class Stage {
  /** Every run, in its order. */
  readonly runs = new Map<string, ContextRow>();
  readonly #version: RunnableVersion;
  readonly #past: Past;
  readonly #begins: TurnTools["begins"];
  readonly #budget: () => Budget;
  /** What was really said in the turn that is played: a language model says it again. */
  #recorded: PastMessage[] = [];
  #run: ContextRow | null = null;
  #calls = new Map<string, number>();
  #isFirst: boolean;
  /** Runs begun so far. */
  #begun = 0;
  /** In milliseconds. */
  #pausedUntil = Number.NEGATIVE_INFINITY;
  /** A run is to be told when the pause is over. */
  #isResumed = false;

  constructor(version: RunnableVersion, past: Past, begins: TurnTools["begins"], budget: () => Budget) {
    this.#version = version;
    this.#past = past;
    this.#begins = begins;
    this.#budget = budget;
    this.#isFirst = past.isFromBeginning;
  }

  /** Messages that are one turn. */
  *hear(messages: readonly PastMessage[], recorded: readonly PastMessage[]): Playing<Spoken[]> {
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

  /** A person speaks: the chatbot keeps silent for a while. */
  pause(at: Instant): void {
    const { pauseSeconds } = this.#active ? this.#version.settings : DEFAULT_SETTINGS;
    this.#silence(at, pauseSeconds);
    this.#isResumed ||= this.#active !== null;
  }

  /** The clock goes on: timers ring, and pauses end. */
  *passTime(until: Instant): Playing<Spoken[]> {
    const said: Spoken[] = [];
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

  /** A person has the conversation: what would make the chatbot speak waits, but for a run that waits for that person. */
  #isHeld(at: number): boolean {
    return at < this.#pausedUntil && this.#waiting?.kind !== "handoff";
  }

  /** When the run's timer rings, or is listened to, in milliseconds. */
  #nextTimer(): number {
    const at = timerOf(this.#waiting);
    return this.#isHeld(at) ? this.#pausedUntil : at;
  }

  /** The pause is over. A person's conversation is open, and a timer that was due fires in its turn, by passTime(). */
  *#resume(at: Instant): Playing<Spoken[]> {
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
    // A call that was answered during the pause is handled now.
    return yield* this.#answerCalls(at);
  }

  *#play(events: Partial<ClaimedEvent>[], at: Instant): Playing<Spoken[]> {
    const said = this.#turn(events, at);
    return said.concat(yield* this.#answerCalls(at));
  }

  *#answerCalls(at: Instant): Playing<Spoken[]> {
    const said: Spoken[] = [];
    for (;;) {
      const call = this.#isHeld(Date.parse(at)) ? null : this.#pendingCall();
      if (call === null) {
        yield null;
        return said;
      }
      const result = this.#remembered(call) ?? (yield call);
      // Without one, the timer of the request will ring.
      if (result === undefined) return said;
      const { kind, ...payload } = result;
      said.push(...this.#turn([{ kind, payload: payload as JsonObject }], at));
    }
  }

  #turn(events: Partial<ClaimedEvent>[], at: Instant): Spoken[] {
    const { tenantId, conversationId, contact } = this.#past;
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
      begins: this.#begins,
      enters: versionEntered,
      isSignal: isSignalOfAny,
      callbackAddress: () => "https://callback.invalid/",
      newRunId: () => this.#newRunId(),
      now: at,
      budget: this.#budget(),
    });
    for (const run of contexts) this.runs.set(run.id, run);
    this.#run = contexts.at(-1) ?? this.#run;
    for (const { pause_seconds: seconds } of handoffs) if (seconds !== null) this.#silence(at, seconds);
    return replies.map(spoken);
  }

  #silence(at: Instant, seconds: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, Date.parse(at) + 1000 * seconds);
  }

  #newRunId(): string {
    const number = this.#begun++;
    return this.#past.runIds[number] ?? `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
  }

  #pendingCall(): PendingRequest | null {
    const waiting = this.#waiting;
    const row = this.#active;
    const isRequest =
      waiting?.kind === "ai" || (waiting?.kind === "http" && waiting.timer.kind === "request_timeout");
    if (row === null || !isRequest) return null;
    const count = this.#calls.get(waiting.nodeId) ?? 0;
    this.#calls.set(waiting.nodeId, count + 1);
    return {
      waiting,
      count,
      variables: row.variables,
      emptyAnswer: emptyAnswer(this.#version, contextOf(row), NODE_KINDS),
    };
  }

  /** What the same node's model answered then. */
  #remembered({ waiting }: PendingRequest): RequestResult | null {
    const isIt = ({ isModels, nodeId }: PastMessage) => isModels && nodeId === waiting.nodeId;
    const index = waiting.kind === "ai" ? this.#recorded.findIndex(isIt) : -1;
    const [message] = index < 0 ? [] : this.#recorded.splice(index, 1);
    if (!message || !isObject(message.content)) return null;
    const result = { kind: "reply", text: textField(message.content, "body"), ...UNMEASURED } as const;
    return { kind: "ai_result", requestId: waiting.requestId, result };
  }

  /** A form's answer says which run it is for. It is for this one, unless for another of its forms. */
  #forThisRun({ type, content }: PastMessage): Json {
    const answer = formAnswer({ id: null, type, content });
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

/** When its timer rings, in milliseconds. */
function timerOf(waiting: Waiting | null): number {
  const at = waiting?.timer?.at;
  return at ? Date.parse(at) : Number.POSITIVE_INFINITY;
}
