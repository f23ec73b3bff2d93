import { CALENDAR } from "../calendar/calendar_fields.ts";
import { type CalendarErrorCode, planCalendar } from "../calendar/plan.ts";
import { calendarResult } from "../calendar/result.ts";
import type { HttpResult } from "../engine/event.ts";
import type { Step } from "../engine/step.ts";
import type { Turn } from "../engine/turn.ts";
import type { GraphNode } from "../graph/graph.ts";
import { errorMessage } from "../request/response.ts";
import { sendRequest } from "../request/send_request.ts";
import { defineNode } from "./define_node.ts";

export const googleCalendar = defineNode({
  kind: "google_calendar",
  about:
    "Reads the primary Google calendar of a member, in the chatbot's time zone. If the calendar cannot be read, the node takes the exit `error`; it never reports free slots.",
  fields: CALENDAR,
  numberedAs: "calendar",
  results: { result: "the slots or events" },
  exits: [
    { handle: "success", label: "the calendar answered" },
    { handle: "error", label: "the calendar could not be read, or a field is not valid" },
  ],
  decides: true,
  // Without a member it is the owner's calendar; a member named by a variable is known only when the node runs.
  references: (data) =>
    ["static", "variable"].includes(CALENDAR.calendarUserSource.of(data))
      ? []
      : [{ kind: "calendar", id: "", field: "calendarUserId" }],
  // A calendar without appointments: a response without a calendar would be a failure.
  emptyAnswer: { calendars: { primary: { busy: [] } }, items: [] },
  enter(turn, node) {
    const plan = planCalendar(turn, node);
    return plan.kind === "request"
      ? sendRequest(turn, node, plan.request)
      : failed(turn, node, plan.code, plan.message);
  },
  receive: (turn, node, event) =>
    event.kind === "http_result" ? receiveAnswer(turn, node, event.result) : null,
});

function receiveAnswer(turn: Turn, node: GraphNode, result: HttpResult): Step {
  const found = calendarResult(turn, node, result);
  if (found === null) {
    const isUnconnected =
      result.kind === "failure" ? result.reason === "not_connected" : result.status === 401;
    return failed(turn, node, isUnconnected ? "NOT_CONNECTED" : "FETCH_ERROR", errorMessage(result));
  }
  turn.assignResult(node, CALENDAR.calendarOutputVariable.of(node.data), "result", found);
  turn.record(node, { exit: "success", durationMs: result.durationMs });
  return { kind: "exit", exits: [{ handle: "success" }, "plain", "any"] };
}

function failed(turn: Turn, node: GraphNode, code: CalendarErrorCode, message: string): Step {
  const result = { error: true, message, code };
  turn.assignResult(node, CALENDAR.calendarOutputVariable.of(node.data), "result", result);
  turn.record(node, { success: false, exit: "error", error: code });
  const otherwise = { status: "completed", reason: `calendar_error: ${code}` } as const;
  return { kind: "exit", exits: [{ handle: "error" }, "plain"], otherwise };
}
