import { textField } from "../../base/json/fields.ts";
import type { JsonObject } from "../../base/json/json.ts";
import type { TypebotVariables } from "./typebot_variables.ts";

/** Typebot's predefined values. */
const NAMED: { [type: string]: JsonObject } = {
  Empty: { operation: "clear" },
  Now: { operation: "now" },
  Today: { operation: "today" },
  Yesterday: { operation: "today", value: -1 },
  Tomorrow: { operation: "today", value: 1 },
  "Random ID": { operation: "random_id" },
  "Result ID": { operation: "random_id" },
  "User ID": { value: "{{customer_phone}}" },
  "Phone number": { value: "{{customer_phone}}" },
  "Contact name": { value: "{{contact.name}}" },
  "Environment name": { value: "whatsapp" },
};

/** The data of a `set_variable` node. Code is not run: only texts and sums such as `{{n}} + 1` are supported. */
export function setVariableData(
  options: JsonObject,
  variables: TypebotVariables,
): { data: JsonObject; loss: string | false } {
  const variable = variables.nameOf(options, "variableId");
  const type = textField(options, "type") || "Custom";
  if (Object.hasOwn(NAMED, type)) return { data: { variable, ...NAMED[type] }, loss: false };
  if (type === "Append value(s)")
    return { data: { variable, operation: "append", value: variables.textOf(options, "item") }, loss: false };
  if (type === "Pop" || type === "Shift")
    return { data: { variable, value: `{{${variable}}}` }, loss: `"${type}" takes nothing out of the list.` };
  if (type !== "Custom")
    return { data: { variable, operation: "clear" }, loss: `the value "${type}" is left empty.` };

  const expression = variables.textOf(options, "expressionToEvaluate").trim();
  const [, counted, sign = "", amount = ""] =
    /^\{\{([\w.]+)\}\}\s*([+-])\s*(\d+(?:\.\d+)?)$/.exec(expression) ?? [];
  if (counted === variable && amount !== "") {
    return { data: { variable, operation: "increment", value: Number(sign + amount) }, loss: false };
  }
  const isPlain =
    (options.isCode !== true && !isSum(expression)) ||
    /^(\{\{[\w.]+\}\}|-?[\d.]+|"[^"]*"|'[^']*')$/.test(expression);
  const value = expression.replace(/^(["'])(.*)\1$/s, "$2");
  return { data: { variable, value }, loss: !isPlain && "its code is not run, but stored as a text." };
}

/** Whether a text consists of placeholders and numbers with operators between them, which Typebot always calculates. */
function isSum(expression: string): boolean {
  const signs = expression.replace(/\{\{[\w.]+\}\}/g, "1");
  return (
    /^[\d\s.()*/%+-]+$/.test(signs) && /\d[\s)]*[*/%+-][\s(]*\d/.test(signs) && expression.includes("{{")
  );
}
