import { isObject, type Json, type JsonObject, own } from "../../base/json/json.ts";
import type { HttpResult } from "../engine/event.ts";
import type { Turn } from "../engine/turn.ts";
import type { Field } from "../fields/field.ts";
import type { GraphNode } from "../graph/graph.ts";
import { isSuccess } from "../request/response.ts";
import { walkPath } from "../text/path.ts";
import { CALENDAR } from "./calendar_fields.ts";
import { actionOf, dayOf } from "./plan.ts";
import { type Busy, slotsOf } from "./slots.ts";

/**
 * Converts a calendar's response to the format that exported chatbots expect; null when the response is not valid. An
 * invalid response must not look like a day without appointments.
 */
export function calendarResult(turn: Turn, node: GraphNode, result: HttpResult): Json {
  if (!isSuccess(result) || !isObject(result.body)) return null;
  return actionOf(node) === "check_availability"
    ? availability(turn, node, result.body)
    : events(result.body);
}

function availability(turn: Turn, node: GraphNode, body: JsonObject): Json {
  const calendar = walkPath(body, ["calendars", "primary"]);
  if (!isObject(calendar) || (Array.isArray(calendar.errors) && calendar.errors.length > 0)) return null;
  if (!Array.isArray(calendar.busy) || !calendar.busy.every(isBusy)) return null;
  const { data } = node;
  const day = {
    date: dayOf(turn, node),
    start: timeOf(data, CALENDAR.calendarWorkingHoursStart),
    end: timeOf(data, CALENDAR.calendarWorkingHoursEnd),
    slotDuration: CALENDAR.calendarSlotDuration.of(data),
    timeZone: turn.settings.timeZone,
  };
  const slots = slotsOf(day, calendar.busy as Busy[], turn.now);
  const free = slots.filter((slot) => slot.available);
  if (CALENDAR.calendarOutputFormat.of(data) === "slots_only") {
    return free.map(({ id, time }) => ({ id, title: time, enabled: true }));
  }
  return {
    date: day.date,
    workingHours: { start: day.start, end: day.end },
    slotDuration: day.slotDuration,
    slots,
    totalSlots: slots.length,
    availableSlots: free.length,
    busySlots: slots.length - free.length,
  };
}

function isBusy(value: Json): boolean {
  return (
    isObject(value) &&
    [value.start, value.end].every((at) => typeof at === "string" && !Number.isNaN(Date.parse(at)))
  );
}

const EVENT_FIELDS = [
  "id",
  "summary",
  "description",
  "start",
  "end",
  "status",
  "htmlLink",
  "location",
  "attendees",
];

function events(body: JsonObject): Json {
  if (!Array.isArray(body.items)) return null;
  const items = body.items.filter(isObject).map((event) => {
    const fields = Object.entries(event).filter(([name]) => EVENT_FIELDS.includes(name));
    return Object.fromEntries(fields);
  });
  return { events: items, nextPageToken: own(body, "nextPageToken") ?? null };
}

/** A time of day (`HH:mm`); the field's default where it is not valid. */
function timeOf(data: JsonObject, field: Field<string>): string {
  const time = field.of(data);
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(time) ? time : String(field.default);
}
