import { addDays, instantAt, isDate, localTime } from "../engine/instant.ts";
import type { HttpRequest } from "../engine/request.ts";
import type { Turn } from "../engine/turn.ts";
import type { Field } from "../fields/field.ts";
import type { GraphNode } from "../graph/graph.ts";
import { plainText } from "../text/display.ts";
import { variablePath } from "../text/template.ts";
import { CALENDAR } from "./calendar_fields.ts";

/** Why a calendar request has no result. Exported chatbots compare with these codes. */
export type CalendarErrorCode = "NO_USER" | "MISSING_DATE" | "INVALID_DATE" | "NOT_CONNECTED" | "FETCH_ERROR";

type CalendarPlan =
  | { kind: "request"; request: HttpRequest }
  | { kind: "error"; code: CalendarErrorCode; message: string };

/** The request that a node sends to a primary Google calendar, or the error for which it cannot be sent. */
export function planCalendar(turn: Turn, node: GraphNode): CalendarPlan {
  const userId = userOf(turn, node);
  if (userId === undefined)
    return problem(
      "NO_USER",
      "The node must name a member's calendar (calendarUserId or calendarUserVariable).",
    );
  const { timeZone } = turn.settings;
  const days = daysOf(turn, node);
  if ("kind" in days) return days;

  const timeMin = instantAt(days.first, "00:00", timeZone);
  const timeMax = instantAt(addDays(days.last, 1), "00:00", timeZone);
  const base = { target: { kind: "google_calendar", userId }, timeoutMs: 15_000 } as const;
  if (actionOf(node) === "check_availability") {
    const value = { timeMin, timeMax, timeZone, items: [{ id: "primary" }] };
    const body = { kind: "json", value } as const;
    return {
      kind: "request",
      request: { ...base, headers: [], method: "POST", url: "/freeBusy", query: [], body },
    };
  }
  const query: [string, string][] = [
    ["timeMin", timeMin],
    ["timeMax", timeMax],
    ["timeZone", timeZone],
    ["singleEvents", "true"],
    ["orderBy", "startTime"],
    ["maxResults", String(CALENDAR.calendarMaxResults.of(node.data))],
  ];
  const url = "/calendars/primary/events";
  return { kind: "request", request: { ...base, headers: [], method: "GET", url, query, body: null } };
}

type CalendarAction = "check_availability" | "get_today_events" | "get_tomorrow_events" | "get_events";

export function actionOf(node: GraphNode): CalendarAction {
  const action = CALENDAR.calendarAction.of(node.data);
  return action === "get_today_events" || action === "get_tomorrow_events" || action === "get_events"
    ? action
    : "check_availability";
}

/** The day whose slots are requested; defaults to today. */
export function dayOf(turn: Turn, node: GraphNode): string {
  return givenDate(turn, node, FIRST_DAY) || localTime(turn.now, turn.settings.timeZone).date;
}

function daysOf(
  turn: Turn,
  node: GraphNode,
): { first: string; last: string } | Extract<CalendarPlan, { kind: "error" }> {
  const today = localTime(turn.now, turn.settings.timeZone).date;
  const action = actionOf(node);
  if (action === "get_today_events") return { first: today, last: today };
  if (action === "get_tomorrow_events") return { first: addDays(today, 1), last: addDays(today, 1) };
  const first = action === "check_availability" ? dayOf(turn, node) : givenDate(turn, node, FIRST_DAY);
  if (first === "")
    return problem("MISSING_DATE", "The node must have a date (calendarStaticDate or calendarDateVariable).");
  const last = (action === "get_events" && givenDate(turn, node, LAST_DAY)) || first;
  const wrong = [first, last].find((date) => !isDate(date));
  return wrong === undefined
    ? { first, last }
    : problem("INVALID_DATE", `"${wrong}" is not a date (YYYY-MM-DD).`);
}

/** The fields that specify a date. */
type DateFields = { source: Field<string>; literal: Field<string>; path: Field<string> };

const FIRST_DAY: DateFields = {
  source: CALENDAR.calendarDateSource,
  literal: CALENDAR.calendarStaticDate,
  path: CALENDAR.calendarDateVariable,
};
const LAST_DAY: DateFields = {
  source: CALENDAR.calendarEndDateSource,
  literal: CALENDAR.calendarStaticEndDate,
  path: CALENDAR.calendarEndDateVariable,
};

/** The date that these fields specify, as written; `""` when they specify none. */
function givenDate(turn: Turn, node: GraphNode, { source, literal, path }: DateFields): string {
  if (source.of(node.data) === "static") return turn.fillPlain(node, literal.of(node.data)).trim();
  const value = turn.resolve(variablePath(path.of(node.data)));
  return value == null ? "" : plainText(value).trim();
}

/** The member whose calendar is used: null is the chatbot's owner; undefined when the node names no member. */
function userOf(turn: Turn, node: GraphNode): string | null | undefined {
  const { data } = node;
  switch (CALENDAR.calendarUserSource.of(data)) {
    case "static":
      return CALENDAR.calendarUserId.of(data) || undefined;
    case "variable": {
      const value = turn.resolve(variablePath(CALENDAR.calendarUserVariable.of(data)));
      return value == null || value === "" ? undefined : plainText(value);
    }
    default:
      return null;
  }
}

function problem(code: CalendarErrorCode, message: string): Extract<CalendarPlan, { kind: "error" }> {
  return { kind: "error", code, message };
}
