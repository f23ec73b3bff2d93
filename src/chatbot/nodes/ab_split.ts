import { numberField, textField } from "../../base/json/fields.ts";
import { isObject, type JsonObject } from "../../base/json/json.ts";
import { hash32 } from "../engine/random.ts";
import { leaveBy } from "../engine/step.ts";
import { defineFields, list, number, output, text } from "../fields/define_fields.ts";
import { duplicates } from "../validation/duplicates.ts";
import { defineNode } from "./define_node.ts";

const FIELDS = defineFields({
  variants: list(
    "The exits and their weights; defaults to `a` and `b` with equal weights. If all weights are 0, the run leaves by the default exit.",
    defineFields({
      id: text("The name of the exit."),
      weight: number("The weight of the exit.", { default: 1, min: 0 }),
    }),
  ),
  variable: output("The variable that receives the name of the exit."),
});

export const abSplit = defineNode({
  kind: "ab_split",
  about: "Splits contacts by weight. A contact always takes the same exit of the same node.",
  fields: FIELDS,
  exits: [],
  ownExits: (data) => variantsOf(data).map((variant) => textField(variant, "id")),
  ownExitsAbout: "the ids of the variants",
  problems: (node) => duplicates(node, FIELDS.variants.of(node.data).filter(isObject), "duplicate_variant"),
  enter(turn, node) {
    const variants = variantsOf(node.data).map((variant) => ({
      id: textField(variant, "id"),
      weight: Math.max(numberField(variant, "weight") ?? 1, 0),
    }));
    const total = variants.reduce((sum, { weight }) => sum + weight, 0);
    const point = (hash32(`${turn.context.contactId}:${node.id}`) / 2 ** 32) * total;
    let reached = 0;
    const chosen = variants.find(({ weight }) => {
      reached += weight;
      return point < reached;
    });
    const exit = chosen?.id ?? "";
    turn.assign(FIELDS.variable.of(node.data), exit);
    turn.record(node, { exit });
    return leaveBy(exit);
  },
});

function variantsOf(data: JsonObject): JsonObject[] {
  const written = FIELDS.variants.of(data).filter(isObject);
  return written.length > 0 ? written : [{ id: "a" }, { id: "b" }];
}
