import { objectField, textListField } from "../../base/json/fields.ts";
import { mapFieldTexts } from "../../base/json/map_texts.ts";
import type { ContactChange } from "../engine/effect.ts";
import { LEAVE, type Step } from "../engine/step.ts";
import type { Turn } from "../engine/turn.ts";
import type { GraphNode } from "../graph/graph.ts";
import { fillTyped } from "../request/json_template.ts";
import { cleanProse } from "../text/pasted.ts";

/**
 * Changes the contact: `fields` (name → value), `addTags`, `removeTags`, `addGroups`, `removeGroups` (lists of
 * names or ids); interpolated. Fields are also set as `contact.<name>` for the rest of the run.
 */
export function enterUpdateContact(turn: Turn, node: GraphNode): Step {
  const list = (name: string) =>
    textListField(node.data, name)
      .map((item) => cleanProse(turn.fillPlain(node, item)))
      .filter((item) => item !== "");
  const change: ContactChange = {
    fields: mapFieldTexts(objectField(node.data, "fields"), (text) => fillTyped(turn, node, text)),
    addTags: list("addTags"),
    removeTags: list("removeTags"),
    addGroups: list("addGroups"),
    removeGroups: list("removeGroups"),
  };
  for (const [name, value] of Object.entries(change.fields)) turn.assign(`contact.${name}`, value ?? null);
  turn.effects.push({ kind: "update_contact", nodeId: node.id, change });
  turn.record(node, {});
  return LEAVE;
}
