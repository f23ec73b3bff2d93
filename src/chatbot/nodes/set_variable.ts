import { isObject, type Json, type JsonObject } from "../../base/json/json.ts";
import { mapTexts } from "../../base/json/map_texts.ts";
import type { ContactChange } from "../engine/effect.ts";
import { addDays, localTime } from "../engine/instant.ts";
import { referenceFrom } from "../engine/random.ts";
import { LEAVE } from "../engine/step.ts";
import type { Turn } from "../engine/turn.ts";
import { choice, defineFields, json, list, output } from "../fields/define_fields.ts";
import type { GraphNode } from "../graph/graph.ts";
import { fillTyped } from "../request/json_template.ts";
import { variablePath } from "../text/template.ts";
import { defineNode } from "./define_node.ts";

const hasNoList = (data: JsonObject): boolean => FIELDS.assignments.of(data).length === 0;

/** The fields of one assignment. */
const ASSIGNMENT = {
  operation: choice(
    "How the variable is changed: `set` to `value`, `append` `value` to a list, `increment` by `value` (defaults to 1), `now` (the current instant), `today` (the date `value` days from now), `random_id` (12 letters and digits), or `clear`.",
    ["set", "append", "increment", "now", "today", "random_id", "clear"],
  ),
  value: json(
    "Any JSON value. Texts may contain variables; a text that is only `{{path}}` becomes that variable's value, with its type.",
  ),
  scope: choice("`contact` also stores the value permanently on the contact, as `contact.<variable>`.", [
    "run",
    "contact",
  ]),
};

const ITEM = defineFields({ variable: output("The name of the variable."), ...ASSIGNMENT });

const FIELDS = defineFields({
  assignments: list("Several assignments, made in order, instead of the one in the node's own fields.", ITEM),
  variable: output("The name of the variable; `order.status` sets a field of the object `order`.", {
    required: "missing_variable",
    when: hasNoList,
  }),
  ...ASSIGNMENT,
});

export const setVariable = defineNode({
  kind: "set_variable",
  about: "Sets one variable, or several with `assignments`.",
  fields: FIELDS,
  exits: [],
  enter(turn, node) {
    const several = FIELDS.assignments.of(node.data).filter(isObject);
    const contactFields: JsonObject = {};
    for (const assignment of several.length > 0 ? several : [node.data]) {
      const name = variablePath(ITEM.variable.of(assignment));
      const isContactField = ITEM.scope.of(assignment) === "contact";
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
  },
});

const NO_CHANGE: ContactChange = { fields: {}, addTags: [], removeTags: [], addGroups: [], removeGroups: [] };

function assignedValue(turn: Turn, node: GraphNode, assignment: JsonObject, variable: string): Json {
  const given = mapTexts(ITEM.value.of(assignment), (text) => fillTyped(turn, node, text));
  const current = turn.resolve(variable) ?? null;
  switch (ITEM.operation.of(assignment)) {
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

/** A number of whole days, limited to ten years in either direction. */
function daysOf(value: Json): number {
  return Math.trunc(Math.min(Math.max(toNumber(value, 0), -3660), 3660));
}

function toNumber(value: Json, otherwise: number): number {
  const number = value === null || value === "" ? Number.NaN : Number(value);
  return Number.isFinite(number) ? number : otherwise;
}
