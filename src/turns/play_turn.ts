import { advance } from "../chatbot/advance.ts";
import { type Context, isActive, newContext } from "../chatbot/context.ts";
import type { ContactChange, Effect } from "../chatbot/effect.ts";
import type { ChatbotEvent, InboundMessage } from "../chatbot/event.ts";
import type { Json, JsonObject } from "../chatbot/json.ts";
import type { ClaimedEvent, ClaimedTurn, ContextRow } from "./claimed_turn.ts";
import { contextOf, contextRow } from "./context_row.ts";
import type { RunnableVersion } from "./version_store.ts";

/** What a turn changes, as rows for app_private.save_chatbot_turns(). */
export type TurnResult = {
  eventIds: string[];
  contexts: ContextRow[];
  replies: { conversation_id: string; type: string; content: Json; metadata: JsonObject }[];
  /** `run_at` null clears the run's timer. */
  timers: { context_id: string; run_at: string | null }[];
  /** Runs that wait for a call to the outside, to be made after commit. */
  calls: { context_id: string }[];
  handoffs: { conversation_id: string; user_id: string | null }[];
  contactChanges: { contact_id: string; change: ContactChange }[];
};

export type TurnTools = {
  /** The version a run is of, or that may begin; loaded beforehand. */
  version: (versionId: string) => RunnableVersion;
  /** Which of the candidates a message begins, if any. */
  begins: (
    candidates: readonly RunnableVersion[],
    message: InboundMessage,
    now: string,
  ) => RunnableVersion | null;
  newRunId: () => string;
  now: string;
};

/**
 * Plays a conversation's turn: every waiting event through the engine, in order. Pure: what comes of it is returned as
 * rows. While a person has the conversation, customers' messages are not the chatbot's.
 */
export function playTurn(turn: ClaimedTurn, tools: TurnTools): TurnResult {
  const result: TurnResult = {
    eventIds: turn.events.map(({ id }) => id),
    contexts: [],
    replies: [],
    timers: [],
    calls: [],
    handoffs: [],
    contactChanges: [],
  };
  const runs = new Map<string, { context: Context; version: RunnableVersion }>();
  let current = turn.context && {
    context: contextOf(turn.context),
    version: tools.version(turn.context.version_id),
  };
  let replies = turn.previous_replies;

  function step(event: ChatbotEvent): Effect[] {
    const advanced = advance(current!.version, current!.context, event, tools.now);
    current = { version: current!.version, context: advanced.context };
    replies = advanced.context.replies;
    runs.set(advanced.context.runId, current);
    for (const effect of advanced.effects) carryOut(effect, advanced.context.runId);
    return advanced.effects;
  }

  function begin(message: InboundMessage, version: RunnableVersion): void {
    current = { version, context: newContext(tools.newRunId(), turn.contact.id, tools.now) };
    const effects = step({
      kind: "start",
      message,
      variables: { customer_phone: turn.contact.phone?.slice(1) ?? "", contact: turn.contact },
      ...(replies && { replies }),
    });
    if (effects.some(({ kind }) => kind === "restart")) begin(message, version);
  }

  function take(event: ClaimedEvent): void {
    const isOurs = current !== null && isActive(current.context);
    if (event.kind === "message") {
      if (turn.is_silent) return;
      const message = messageOf(event);
      if (isOurs) {
        const { version } = current!;
        if (step({ kind: "message", message }).some(({ kind }) => kind === "restart"))
          begin(message, version);
        return;
      }
      const candidates = (turn.candidate_version_ids ?? []).map((id) => tools.version(id));
      const version = tools.begins(candidates, message, tools.now);
      if (version) begin(message, version);
    } else if (isOurs && (event.context_id === null || event.context_id === current!.context.runId)) {
      step(eventOf(event));
    }
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
        result.handoffs.push({ conversation_id: turn.conversation_id, user_id: effect.userId });
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

  for (const event of turn.events) take(event);
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
    content: isContacts ? ((event.content as JsonObject).contacts ?? []) : event.content,
    ...(event.referral && { referral: event.referral }),
  };
}

/**
 * Payloads are written by our own tasks and triggers, in the engine's words. A result says itself what it is of: a
 * request, or a question to a language model.
 */
function eventOf(event: ClaimedEvent): ChatbotEvent {
  const kind = event.kind === "http_result" ? event.payload.kind : event.kind;
  return { ...event.payload, kind } as ChatbotEvent;
}
