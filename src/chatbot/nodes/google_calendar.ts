import { textField } from "../../base/json/fields.ts";
import { type CalendarErrorCode, planCalendar } from "../calendar/plan.ts";
import { calendarResult } from "../calendar/result.ts";
import type { HttpResult } from "../engine/event.ts";
import type { Step } from "../engine/step.ts";
import type { Turn } from "../engine/turn.ts";
import type { GraphNode } from "../graph/graph.ts";
import { call } from "../request/call.ts";
import { errorMessage } from "../request/response.ts";

/**
 * Looks into a Google calendar (the account's primary one), in the chatbot's time zone.
 *
 * - `calendarAction`: `check_availability` (default), `get_today_events`, `get_tomorrow_events`, `get_events`.
 * - `calendarUserSource`: `owner` (default), `static` with `calendarUserId`, `variable` with `calendarUserVariable`.
 * - `calendarDateSource`: `variable` with `calendarDateVariable`, or `static` with `calendarStaticDate`; the same
 *   with `EndDate` for `get_events`. Dates are `YYYY-MM-DD`. No date to check is today.
 * - `calendarWorkingHoursStart`, `calendarWorkingHoursEnd` (`09:00`, `18:00`), `calendarSlotDuration` (60 minutes).
 * - `calendarOutputFormat`: `full` (default), or `slots_only`: the free slots as `[{id, title, enabled}]`.
 * - `calendarMaxResults` (50). `calendarOutputVariable`: receives the result, besides `calendar_N.result`; on
 *   failure `{error: true, message, code}`.
 *
 * Exits: `success`, `error`.
 */
export function enterGoogleCalendar(turn: Turn, node: GraphNode): Step {
  const plan = planCalendar(turn, node);
  return plan.kind === "request"
    ? call(turn, node, plan.request)
    : failed(turn, node, plan.code, plan.message);
}

export function receiveGoogleCalendar(turn: Turn, node: GraphNode, result: HttpResult): Step {
  const found = calendarResult(turn, node, result);
  if (found === null) {
    const isUnconnected =
      result.kind === "failure" ? result.reason === "not_connected" : result.status === 401;
    return failed(turn, node, isUnconnected ? "NOT_CONNECTED" : "FETCH_ERROR", errorMessage(result));
  }
  turn.assignResult(node, textField(node.data, "calendarOutputVariable"), "result", found);
  turn.record(node, { exit: "success", durationMs: result.durationMs });
  return { kind: "exit", exits: [{ handle: "success" }, "plain", "any"] };
}

function failed(turn: Turn, node: GraphNode, code: CalendarErrorCode, message: string): Step {
  turn.assignResult(node, textField(node.data, "calendarOutputVariable"), "result", {
    error: true,
    message,
    code,
  });
  turn.record(node, { success: false, exit: "error", error: code });
  const otherwise = { status: "completed", reason: `calendar_error: ${code}` } as const;
  return { kind: "exit", exits: [{ handle: "error" }, "plain"], otherwise };
}
