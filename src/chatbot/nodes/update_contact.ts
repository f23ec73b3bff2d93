import { cleanProse } from "../../base/clean_prose.ts";
import { mapFieldTexts } from "../../base/json/map_texts.ts";
import type { ContactChange } from "../engine/effect.ts";
import { LEAVE } from "../engine/step.ts";
import { defineFields, pairs, references } from "../fields/define_fields.ts";
import { fillTyped } from "../request/json_template.ts";
import { defineNode } from "./define_node.ts";

const FIELDS = defineFields({
  fields: pairs(
    "Values to store on the contact, as name → value; they are also available as `contact.<name>` in the rest of the run.",
  ),
  addTags: references(
    "tag",
    "Tags to add, by name or id; they may contain variables. A tag that does not exist is created.",
  ),
  removeTags: references("tag", "As `addTags`."),
  addGroups: references(
    "group",
    "Groups to add the contact to, by name or id; they may contain variables. Groups must exist.",
  ),
  removeGroups: references("group", "As `addGroups`."),
});

export const updateContact = defineNode({
  kind: "update_contact",
  about: "Changes the contact permanently.",
  fields: FIELDS,
  exits: [],
  enter(turn, node) {
    const filled = (items: string[]) =>
      items.map((item) => cleanProse(turn.fillPlain(node, item))).filter((item) => item !== "");
    const change: ContactChange = {
      fields: mapFieldTexts(FIELDS.fields.of(node.data), (text) => fillTyped(turn, node, text)),
      addTags: filled(FIELDS.addTags.of(node.data)),
      removeTags: filled(FIELDS.removeTags.of(node.data)),
      addGroups: filled(FIELDS.addGroups.of(node.data)),
      removeGroups: filled(FIELDS.removeGroups.of(node.data)),
    };
    for (const [name, value] of Object.entries(change.fields)) turn.assign(`contact.${name}`, value);
    turn.effects.push({ kind: "update_contact", nodeId: node.id, change });
    turn.record(node, {});
    return LEAVE;
  },
});
