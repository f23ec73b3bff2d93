import type { JsonObject } from "../../base/json/json.ts";
import {
  choice,
  defineFields,
  number,
  output,
  reference,
  template,
  text,
  variable,
} from "../fields/define_fields.ts";

const userIs =
  (source: string) =>
  (data: JsonObject): boolean =>
    CALENDAR.calendarUserSource.of(data) === source;

export const CALENDAR = defineFields({
  calendarAction: choice("What is asked.", [
    "check_availability",
    "get_today_events",
    "get_tomorrow_events",
    "get_events",
  ]),
  calendarUserSource: choice("Whose calendar: the chatbot owner's, a member's, or one from a variable.", [
    "owner",
    "static",
    "variable",
  ]),
  calendarUserId: reference("calendar", "Of `static`: a member's id or address.", {
    required: "missing_calendar_user",
    when: userIs("static"),
  }),
  calendarUserVariable: variable("Of `variable`: the path of the member's id or address.", {
    required: "missing_calendar_user",
    when: userIs("variable"),
  }),
  calendarDateSource: choice("Where the date comes from; without a date, availability is that of today.", [
    "variable",
    "static",
  ]),
  calendarStaticDate: template("Of `static`: `YYYY-MM-DD`."),
  calendarDateVariable: variable("Of `variable`: the path of a date."),
  calendarEndDateSource: choice("Where the last day of `get_events` comes from; the first day by default.", [
    "variable",
    "static",
  ]),
  calendarStaticEndDate: template("Of `static`: `YYYY-MM-DD`."),
  calendarEndDateVariable: variable("Of `variable`: the path of a date."),
  calendarWorkingHoursStart: text("When the day begins.", { default: "09:00" }),
  calendarWorkingHoursEnd: text("When it ends.", { default: "18:00" }),
  calendarSlotDuration: number("Minutes of a slot.", { default: 60, min: 5, max: 1440, isInteger: true }),
  calendarOutputFormat: choice(
    'What availability is stored as; `slots_only` is a list for a menu: `[{"id", "title", "enabled"}]`.',
    ["full", "slots_only"],
  ),
  calendarMaxResults: number("How many events, at most.", {
    default: 50,
    min: 1,
    max: 250,
    isInteger: true,
  }),
  calendarOutputVariable: output('Receives the result; on failure `{"error": true, "message", "code"}`.'),
});
