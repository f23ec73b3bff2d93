import { objectField, textField } from "../../base/json/fields.ts";
import { isObject, type JsonObject } from "../../base/json/json.ts";
import { exit, itemsOf, type MappedBlock, one } from "./typebot_mapped.ts";
import type { TypebotVariables } from "./typebot_variables.ts";

/** Names of exits that have another meaning in questions. */
const RESERVED: ReadonlySet<string> = new Set(["default", "answered", "invalid", "timeout", "error"]);

/** Maps buttons and pictures to choose from. As in Typebot, the title of the choice is stored. */
export function choice(block: JsonObject, variables: TypebotVariables): MappedBlock {
  const id = textField(block, "id");
  const options = objectField(block, "options");
  const variable = variables.nameOf(options, "variableId");
  const common = { content: "", ...(variable !== "" && { variable }) };
  const conditions = itemsOf(block).map((item) => item.displayCondition);
  const losses = [
    options.isMultipleChoice === true && "only one option can be chosen.",
    conditions.some((each) => isObject(each) && each.isEnabled === true) && "all options are always shown.",
    itemsOf(block).some((item) => textField(item, "pictureSrc") !== "") && "its pictures are not shown.",
  ];
  const dynamicItems = objectField(options, "dynamicItems");
  const source =
    variables.nameOf(options, "dynamicVariableId") ||
    (dynamicItems.isEnabled === true ? variables.nameOf(dynamicItems, "titlesVariableId") : "");
  if (source !== "") {
    const data = { ...common, questionType: "buttons", dynamicButtonsSource: source };
    const mapped = one(id, "question", data, ...losses);
    // All choices take the same exit.
    return { ...mapped, exits: itemsOf(block).map((item) => exit(id, "", item)) };
  }

  const words = itemsOf(block).map((item) =>
    variables.text(textField(item, "content") || textField(item, "title")),
  );
  const rows = itemsOf(block).map((item, index) => {
    const title = words[index] as string;
    const value = variables.textOf(item, "value") || title;
    const isPlain = value !== "" && !value.includes("{{") && value.length <= 196 && !RESERVED.has(value);
    const description = variables.textOf(item, "description");
    return {
      id: isPlain && words.indexOf(title) === index ? value : textField(item, "id"),
      title,
      ...(description !== "" && { description }),
    };
  });
  const menu: JsonObject =
    rows.length <= 3
      ? { questionType: "buttons", buttons: rows }
      : { questionType: "list", listSections: [{ title: "", rows }] };
  const mapped = one(id, "question", { ...common, ...menu }, ...losses);
  return {
    ...mapped,
    exits: itemsOf(block).map((item, index) => exit(id, rows[index]?.id ?? "", item)),
  };
}
