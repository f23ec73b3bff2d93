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

/** The fields of a `google_calendar` node. */
export const CALENDAR = defineFields({
  calendarAction: choice("What is requested: the free slots of a day, or events.", [
    "check_availability",
    "get_today_events",
    "get_tomorrow_events",
    "get_events",
  ]),
  calendarUserSource: choice(
    "Whose calendar is used: the chatbot owner's, a member's, or that of a member named by a variable.",
    ["owner", "static", "variable"],
  ),
  calendarUserId: reference("calendar", "For `static`: the member's id or e-mail address.", {
    required: "missing_calendar_user",
    when: userIs("static"),
  }),
  calendarUserVariable: variable(
    "For `variable`: the path of the variable with the member's id or e-mail address.",
    {
      required: "missing_calendar_user",
      when: userIs("variable"),
    },
  ),
  calendarDateSource: choice("Where the date comes from. `check_availability` defaults to today.", [
    "variable",
    "static",
  ]),
  calendarStaticDate: template("For `static`: `YYYY-MM-DD`."),
  calendarDateVariable: variable("For `variable`: the path of a variable with a date."),
  calendarEndDateSource: choice("Where the last day of `get_events` comes from; defaults to the first day.", [
    "variable",
    "static",
  ]),
  calendarStaticEndDate: template("For `static`: `YYYY-MM-DD`."),
  calendarEndDateVariable: variable("For `variable`: the path of a variable with a date."),
  calendarWorkingHoursStart: text("The start of the working hours: `HH:mm`.", { default: "09:00" }),
  calendarWorkingHoursEnd: text("The end of the working hours: `HH:mm`.", { default: "18:00" }),
  calendarSlotDuration: number("The length of a slot, in minutes.", {
    default: 60,
    min: 5,
    max: 1440,
    isInteger: true,
  }),
  calendarOutputFormat: choice(
    'The format in which availability is stored; `slots_only` is a list for a menu: `[{"id", "title", "enabled"}]`.',
    ["full", "slots_only"],
  ),
  calendarMaxResults: number("The maximum number of events.", {
    default: 50,
    min: 1,
    max: 250,
    isInteger: true,
  }),
  calendarOutputVariable: output(
    'The variable that receives the result; on failure `{"error": true, "message", "code"}`.',
  ),
});
