import { listField } from "../../base/json/fields.ts";
import { isObject } from "../../base/json/json.ts";
import { LEAVE } from "../engine/step.ts";
import { choice, defineFields, list, number, object } from "../fields/define_fields.ts";
import { defineNode } from "./define_node.ts";

export const START = defineFields({
  triggers: list(
    "When the chatbot starts: see [Triggers](#triggers). Without triggers, it starts on every message.",
  ),
  priority: number(
    "When the triggers of several active chatbots match, the chatbot with the highest priority starts.",
    {
      default: 0,
    },
  ),
  businessHours: object(
    '`{"weekly": [{"days": [1, 5], "from": "09:00", "to": "18:00"}]}`; day 1 is Monday. Times are in the chatbot\'s time zone; an end before its start is on the next day.',
  ),
  activeHours: choice("Whether the chatbot starts inside or outside its business hours.", [
    "inside",
    "outside",
  ]),
});

export const start = defineNode({
  kind: "start",
  about: "The node at which a run starts. A graph must have one.",
  fields: START,
  begins: true,
  exits: [],
  patterns: (data) =>
    START.triggers
      .of(data)
      .filter(isObject)
      .filter((trigger) => trigger.kind === "keyword" && trigger.match === "regex")
      .flatMap((trigger) => listField(trigger, "words").map(String)),
  enter: () => LEAVE,
});
