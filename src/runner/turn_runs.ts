import type { JsonObject } from "../base/json/json.ts";
import { advance } from "../chatbot/engine/advance.ts";
import { type Context, type InboundMessage, isActive, newContext } from "../chatbot/engine/context.ts";
import type { Effect } from "../chatbot/engine/effect.ts";
import type { ChatbotEvent } from "../chatbot/engine/event.ts";
import { canMove, moved } from "../chatbot/engine/move.ts";
import { startVariables } from "../chatbot/text/system_variables.ts";
import { activityOf } from "./activity.ts";
import { addEffect } from "./add_effect.ts";
import type { ClaimedTurn, ContextRow } from "./claimed_turn.ts";
import { contextOf, contextRow } from "./context_row.ts";
import type { Run, RunnableVersion } from "./runnable_version.ts";
import type { TurnResult } from "./turn_result.ts";
import type { TurnTools } from "./turn_tools.ts";

/**
 * The runs of a conversation in one turn, of which at most one is active. The effects of their steps are added to the turn's
 * result.
 */
export class TurnRuns {
  readonly #turn: ClaimedTurn;
  readonly #tools: TurnTools;
  readonly #result: TurnResult;
  /** The runs that this turn has changed, by id. */
  readonly #changed = new Map<string, Run>();
  #current: Run | null;
  #replies: Context["replies"] | null;

  constructor(turn: ClaimedTurn, tools: TurnTools, result: TurnResult) {
    this.#turn = turn;
    this.#tools = tools;
    this.#result = result;
    this.#current = turn.context && {
      context: contextOf(turn.context),
      version: tools.version(turn.context.version_id),
    };
    this.#replies = turn.previous?.replies ?? null;
  }

  get active(): Run | null {
    return this.#current !== null && isActive(this.#current.context) ? this.#current : null;
  }

  /** The reply count of the active run, or of the previous one. */
  get lastVersion(): RunnableVersion | null {
    const { previous } = this.#turn;
    return this.#current?.version ?? (previous && this.#tools.version(previous.version_id));
  }

  /** Starts a run, after stopping an active one. A run that restarts itself starts again with the same message. */
  start(version: RunnableVersion, message: InboundMessage | null, given: JsonObject = {}): void {
    const { contact } = this.#turn;
    const runId = this.#tools.newRunId();
    const known = {
      customer_phone: contact.phone?.slice(1) ?? "",
      contact,
      callback_url: this.#tools.callbackAddress(runId),
    };
    const effects = this.advance(
      { version, context: newContext(runId, contact.id, this.#tools.now) },
      {
        kind: "start",
        message,
        variables: startVariables(known, given),
        ...(this.#replies && { replies: this.#replies }),
      },
    );
    if (isRestart(effects)) this.start(version, message);
  }

  /** Passes a message to the run. */
  handle(run: Run, message: InboundMessage): void {
    if (isRestart(this.advance(run, { kind: "message", message }))) this.start(run.version, message);
  }

  /** Advances a run, which becomes the current one. */
  advance(run: Run, event: ChatbotEvent): Effect[] {
    const { budget, now } = this.#tools;
    const { context, effects } = advance(run.version, run.context, event, now, { budget });
    const advanced = this.#keep({ version: run.version, context });
    this.#replies = context.replies;
    const steps = activityOf(run.context, context);
    if (steps.length > 0) this.#result.activity.push({ version_id: run.version.id, steps });
    for (const effect of effects) addEffect(this.#result, effect, advanced, this.#turn);
    return effects;
  }

  /** Moves the run to another version. If that does not have the current node, the run keeps its own version until it ends. */
  move({ version: from, context: before }: Run, to: RunnableVersion): void {
    if (!canMove(before, from, to)) return;
    const context = moved(before, from, to, this.#tools.now);
    if (context !== before)
      this.#result.timers.push({ context_id: context.runId, run_at: context.waiting?.timer?.at ?? null });
    this.#keep({ version: to, context });
  }

  /** The runs that this turn has changed, as rows. */
  rows(): ContextRow[] {
    return [...this.#changed.values()].map(({ context, version }) =>
      contextRow(context, this.#turn.conversation_id, version.id),
    );
  }

  #keep(run: Run): Run {
    this.#current = run;
    this.#changed.set(run.context.runId, run);
    return run;
  }
}

function isRestart(effects: readonly Effect[]): boolean {
  return effects.some(({ kind }) => kind === "restart");
}
