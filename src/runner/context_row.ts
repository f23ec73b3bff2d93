import type { Context } from "../chatbot/engine/context.ts";
import type { ContextRow } from "./claimed_turn.ts";

/** A run as its row: what people query has its own columns, the rest of the engine's state is in `state`. */
export function contextRow(context: Context, conversationId: string, versionId: string): ContextRow {
  const {
    runId,
    status,
    outcome,
    completionReason,
    startedAt,
    currentNodeId,
    variables,
    nodeHistory,
    nodeOutputs,
    waiting,
    ...state
  } = context;
  return {
    id: runId,
    conversation_id: conversationId,
    version_id: versionId,
    status,
    current_node_id: currentNodeId,
    variables,
    node_history: nodeHistory,
    node_outputs: nodeOutputs,
    waiting,
    state,
    outcome,
    completion_reason: completionReason,
    expires_at: waiting?.timer?.at ?? null,
    started_at: startedAt,
  };
}

/** The run that a row stores. Only {@link contextRow} writes rows, so that their format is known. */
export function contextOf(row: ContextRow): Context {
  return {
    ...(row.state as Omit<Context, "runId">),
    runId: row.id,
    status: row.status,
    outcome: row.outcome,
    completionReason: row.completion_reason,
    startedAt: new Date(row.started_at).toISOString(),
    currentNodeId: row.current_node_id,
    variables: row.variables,
    nodeHistory: row.node_history,
    nodeOutputs: row.node_outputs,
    waiting: row.waiting,
  } as Context;
}
