import { listField, textField } from "../../base/json/fields.ts";
import { isObject, type Json, type JsonObject, own } from "../../base/json/json.ts";
import { mapTexts } from "../../base/json/map_texts.ts";
import type { ContactChange } from "../engine/effect.ts";
import { addDays, localTime } from "../engine/instant.ts";
import { referenceFrom } from "../engine/random.ts";
import { LEAVE, type Step } from "../engine/step.ts";
import type { Turn } from "../engine/turn.ts";
import type { GraphNode } from "../graph/graph.ts";
import { fillTyped } from "../request/json_template.ts";
import { variablePath } from "../text/template.ts";

/**
 * Sets variables. `assignments: [{variable, operation, value, scope}]`, or the four fields of one on the node.
 *
 * - `operation`: `set` (default), `append` to a list, `increment` by a number (1), `now` (an instant), `today`
 *   (a date; `value` days later, when it is a number), `random_id` (12 letters and digits), `clear`.
 * - `value`: JSON; texts are interpolated, and `{{path}}` alone keeps the type of its value.
 * - `scope`: `contact` also keeps the value on the contact, where it outlives the run, and in `contact.<variable>`.
 */
export function enterSetVariable(turn: Turn, node: GraphNode): Step {
  const several = listField(node.data, "assignments").filter(isObject);
  const contactFields: JsonObject = {};
  for (const assignment of several.length > 0 ? several : [node.data]) {
    const name = variablePath(textField(assignment, "variable"));
    const isContactField = textField(assignment, "scope") === "contact";
    const variable = isContactField ? `contact.${name}` : name;
    const value = assignedValue(turn, node, assignment, variable);
    turn.assign(variable, value);
    if (isContactField && name !== "") contactFields[name] = value;
  }
  if (Object.keys(contactFields).length > 0) {
    turn.effects.push({
      kind: "update_contact",
      nodeId: node.id,
      change: { ...NO_CHANGE, fields: contactFields },
    });
  }
  turn.record(node, {});
  return LEAVE;
}

const NO_CHANGE: ContactChange = { fields: {}, addTags: [], removeTags: [], addGroups: [], removeGroups: [] };

function assignedValue(turn: Turn, node: GraphNode, assignment: JsonObject, variable: string): Json {
  const given = mapTexts(own(assignment, "value") ?? null, (text) => fillTyped(turn, node, text));
  const current = turn.resolve(variable) ?? null;
  switch (textField(assignment, "operation")) {
    case "append":
      return [...(Array.isArray(current) ? current : current === null ? [] : [current]), given];
    case "increment":
      return toNumber(current, 0) + toNumber(given, 1);
    case "now":
      return turn.now;
    case "today":
      return addDays(localTime(turn.now, turn.settings.timeZone).date, daysOf(given));
    case "random_id":
      return referenceFrom(turn.draw());
    case "clear":
      return null;
    default:
      return given;
  }
}

/** Whole days, at most ten years either way. */
function daysOf(value: Json): number {
  return Math.trunc(Math.min(Math.max(toNumber(value, 0), -3660), 3660));
}

function toNumber(value: Json, otherwise: number): number {
  const number = value === null || value === "" ? Number.NaN : Number(value);
  return Number.isFinite(number) ? number : otherwise;
}
