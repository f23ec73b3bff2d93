import { listField, objectField, textField } from "../base/json/fields.ts";
import { isObject, type Json, type JsonObject } from "../base/json/json.ts";
import { advance } from "../chatbot/engine/advance.ts";
import type { Budget } from "../chatbot/engine/budget.ts";
import { joinBurst } from "../chatbot/engine/burst.ts";
import { type Context, isActive, newContext } from "../chatbot/engine/context.ts";
import type { Effect } from "../chatbot/engine/effect.ts";
import type { ChatbotEvent, InboundMessage } from "../chatbot/engine/event.ts";
import { tappedReply } from "../chatbot/engine/inbound.ts";
import { canMove, moved } from "../chatbot/engine/move.ts";
import { startVariables } from "../chatbot/text/system_variables.ts";
import { textsIn } from "../chatbot/text/texts.ts";
import { activityOf } from "./activity.ts";
import { burstDelay } from "./burst_delay.ts";
import type { ClaimedEvent, ClaimedTurn } from "./claimed_turn.ts";
import { contextOf, contextRow } from "./context_row.ts";
import { nothing, type TurnResult } from "./turn_result.ts";
import type { RunnableVersion } from "./version_store.ts";

export type TurnTools = {
  /** The version a run is of, or that may begin; loaded beforehand. */
  version: (versionId: string) => RunnableVersion;
  /** Which of the candidates a message begins, if any. */
  begins: (
    candidates: readonly RunnableVersion[],
    message: InboundMessage,
    now: string,
    isFirstMessage: boolean,
    budget: Budget,
  ) => RunnableVersion | null;
  /** Which of them a message begins although a run of this version waits, if any. */
  enters: (
    candidates: readonly RunnableVersion[],
    running: RunnableVersion,
    message: InboundMessage,
    now: string,
    budget: Budget,
  ) => RunnableVersion | null;
  /** Is a message a signal that no person types, to any of the candidates? */
  isSignal: (candidates: readonly RunnableVersion[], message: InboundMessage, budget: Budget) => boolean;
  /** Where others can call a run back. */
  callbackAddress: (runId: string) => string;
  newRunId: () => string;
  now: string;
  /** Of this turn. What is left when it is used up waits for the next one. */
  budget: Budget;
};

/** Events on which a run goes on by itself, and so may say something. */
const SPEAKING: readonly ClaimedEvent["kind"][] = [
  "timer",
  "resume",
  "http_result",
  "ai_result",
  "callback",
  "flow_response",
  "send_failed",
];

/**
 * Plays a conversation's turn: every waiting event through the engine, in order. Pure: what comes of it is returned as
 * rows. While a person has the conversation, customers' messages are not the chatbot's, and it says nothing: what would
 * make it speak waits.
 */
export function playTurn(turn: ClaimedTurn, tools: TurnTools): TurnResult {
  const result = nothing(turn.events.map(({ id }) => id));
  const runs = new Map<string, { context: Context; version: RunnableVersion }>();
  let current = turn.context && {
    context: contextOf(turn.context),
    version: tools.version(turn.context.version_id),
  };
  const candidates = (turn.candidate_version_ids ?? []).map((id) => tools.version(id));
  const debounceMs = Math.max(
    0,
    ...(current ? [current.version] : candidates).map(({ settings }) => settings.debounceMs),
  );
  const delayMs = burstDelay(turn, debounceMs);
  if (delayMs > 0)
    return { ...nothing([]), bursts: [{ conversation_id: turn.conversation_id, delay_ms: delayMs }] };

  let replies = turn.previous?.replies ?? null;
  let isFirstMessage = turn.is_first_message;
  const held: ClaimedEvent[] = [];

  function step(event: ChatbotEvent): Effect[] {
    const { version, context } = current!;
    const advanced = advance(version, context, event, tools.now, { budget: tools.budget });
    current = { version, context: advanced.context };
    replies = advanced.context.replies;
    runs.set(advanced.context.runId, current);
    const steps = activityOf(context, advanced.context);
    if (steps.length > 0) result.activity.push({ version_id: version.id, steps });
    for (const effect of advanced.effects) carryOut(effect, advanced.context.runId);
    return advanced.effects;
  }

  function begin(version: RunnableVersion, message: InboundMessage | null, given: JsonObject = {}): void {
    const runId = tools.newRunId();
    current = { version, context: newContext(runId, turn.contact.id, tools.now) };
    const effects = step({
      kind: "start",
      message,
      variables: startVariables(
        {
          customer_phone: turn.contact.phone?.slice(1) ?? "",
          contact: turn.contact,
          callback_url: tools.callbackAddress(runId),
        },
        given,
      ),
      ...(replies && { replies }),
    });
    if (effects.some(({ kind }) => kind === "restart")) begin(version, message);
  }

  function hear(message: InboundMessage): void {
    const isFirst = isFirstMessage;
    isFirstMessage = false;
    if (turn.is_silent) return;
    if (current !== null && isActive(current.context)) {
      const { version, context } = current;
      // Whoever waits for a person keeps their place.
      const isInLine = context.waiting?.kind === "handoff";
      const entered = isInLine ? null : tools.enters(candidates, version, message, tools.now, tools.budget);
      if (entered) {
        step({ kind: "stop", reason: "replaced" });
        begin(entered, message);
        return;
      }
      if (step({ kind: "message", message }).some(({ kind }) => kind === "restart")) begin(version, message);
      return;
    }
    const version = tools.begins(candidates, message, tools.now, isFirst, tools.budget);
    if (version) begin(version, message);
    else if (tappedReply(message)) answerOldMenu(message);
  }

  /** A tap that no run waits for, on a menu of one that is over. */
  function answerOldMenu(message: InboundMessage): void {
    const last = current?.version ?? (turn.previous && tools.version(turn.previous.version_id));
    if (last?.settings.oldMenus === "tell") {
      const body = textsIn(last.settings.language).oldMenu;
      result.replies.push({
        conversation_id: turn.conversation_id,
        type: "text",
        content: { body },
        metadata: {},
      });
    } else if (last?.settings.oldMenus === "restart" && candidates.some(({ id }) => id === last.id)) {
      begin(last, message);
    }
  }

  /**
   * What would make the bot speak over a person. A timer need not be kept: the run's row says when it was due. A run
   * that waits for that very person goes on by its own rules.
   */
  function waitsForPerson({ kind }: ClaimedEvent): boolean {
    if (!turn.is_silent) return false;
    return kind === "restart" || (SPEAKING.includes(kind) && current?.context.waiting?.kind !== "handoff");
  }

  function take(event: ClaimedEvent): void {
    const isOurs = current !== null && isActive(current.context);
    if (event.kind === "start") {
      if (isOurs) step({ kind: "stop", reason: "replaced" });
      begin(versionOf(event), null, objectField(event.payload, "variables"));
      return;
    }
    if (!isOurs || (event.context_id !== null && event.context_id !== current!.context.runId)) return;
    if (waitsForPerson(event)) {
      held.push(event);
    } else if (event.kind === "move") {
      const version = versionOf(event);
      // Where the new version has no such node, the run ends on its own.
      if (!canMove(current!.context, current!.version, version)) return;
      const context = moved(current!.context, current!.version, version, tools.now);
      if (context !== current!.context)
        result.timers.push({ context_id: context.runId, run_at: context.waiting?.timer?.at ?? null });
      current = { version, context };
      runs.set(context.runId, current);
    } else if (event.kind === "restart") {
      step({ kind: "stop", reason: "restarted" });
      begin(versionOf(event), null);
    } else {
      step({ ...event.payload, kind: event.kind } as ChatbotEvent);
    }
  }

  function versionOf({ payload }: ClaimedEvent): RunnableVersion {
    return tools.version(textField(payload, "versionId"));
  }

  function carryOut(effect: Effect, runId: string): void {
    switch (effect.kind) {
      case "send":
        result.replies.push({
          conversation_id: turn.conversation_id,
          type: effect.message.type,
          // messages.content is always an object; the engine follows Meta's bare list.
          content: Array.isArray(effect.message.content)
            ? { contacts: effect.message.content }
            : effect.message.content,
          metadata: { ...effect.metadata, context_id: runId, node_id: effect.nodeId },
        });
        return;
      case "set_timer":
        result.timers.push({ context_id: runId, run_at: effect.timer.at });
        return;
      case "clear_timer":
        result.timers.push({ context_id: runId, run_at: null });
        return;
      case "http_request":
      case "ai_request":
        result.calls.push({ context_id: runId });
        return;
      case "handoff":
        result.handoffs.push({
          conversation_id: turn.conversation_id,
          user_id: effect.userId,
          team: effect.team,
          note: effect.note,
          node_id: effect.nodeId,
          pause_seconds: runs.get(runId)?.version.settings.pauseSeconds ?? null,
        });
        return;
      case "update_contact":
        result.contactChanges.push({ contact_id: turn.contact.id, change: effect.change });
        return;
      // What the run says of itself is in its context; the log is for traces.
      case "finish":
      case "restart":
      case "log":
        return;
      default:
        effect satisfies never;
    }
  }

  const taken = new Set<string>();
  const isEntry = (message: InboundMessage) => tools.isSignal(candidates, message, tools.budget);
  for (const part of inParts(turn.events, debounceMs > 0, isEntry)) {
    // One is always taken, or nothing would ever go on.
    if (taken.size > 0 && tools.budget()) break;
    for (const { id } of part.events) taken.add(id);
    if (part.messages === null) take(part.events[0]);
    else for (const message of part.messages) hear(message);
  }
  result.eventIds = [...taken];
  if (current !== null && isActive(current.context))
    for (const handoff of result.handoffs) handoff.pause_seconds = null;
  if (held.length > 0) {
    const kept = held.filter(({ kind }) => kind !== "timer" && kind !== "resume").map(({ id }) => id);
    result.eventIds = result.eventIds.filter((id) => !kept.includes(id));
    result.holds.push({ conversation_id: turn.conversation_id, event_ids: kept });
  }
  // A run has one timer, and the last word of it counts.
  result.timers = [...new Map(result.timers.map((timer) => [timer.context_id, timer])).values()];
  result.contexts = [...runs.values()].map(({ context, version }) =>
    contextRow(context, turn.conversation_id, version.id),
  );
  return result;
}

function messageOf(event: ClaimedEvent): InboundMessage {
  const isContacts = event.type === "contacts";
  return {
    id: event.message_id,
    type: event.type ?? "unknown",
    content: isContacts ? contactsIn(event.content) : event.content,
    ...(event.referral && { referral: event.referral }),
  };
}

/** The engine follows Meta's bare list. */
function contactsIn(content: Json): Json {
  return isObject(content) ? listField(content, "contacts") : [];
}

/** What is played together; `messages` is null for anything else that happened. */
type Part = { events: [ClaimedEvent, ...ClaimedEvent[]]; messages: InboundMessage[] | null };

/** The events in their order, each by itself; messages of a burst together. */
function inParts(
  events: readonly ClaimedEvent[],
  areBursts: boolean,
  isEntry: (message: InboundMessage) => boolean,
): Part[] {
  const parts: Part[] = [];
  for (const event of events) {
    const last = parts.at(-1);
    if (event.kind !== "message") parts.push({ events: [event], messages: null });
    else if (areBursts && last?.messages) {
      last.events.push(event);
      last.messages.push(messageOf(event));
    } else parts.push({ events: [event], messages: [messageOf(event)] });
  }
  return parts.map(({ events: of, messages }) => ({
    events: of,
    messages: messages && joinBurst(messages, isEntry),
  }));
}
