import { textField } from "../fields.ts";
import type { JsonObject } from "../json.ts";
import { ourText } from "./typebot_text.ts";

/** The values that have a name there. */
const NAMED: { [type: string]: JsonObject } = {
  Empty: { operation: "clear" },
  Now: { operation: "now" },
  Today: { operation: "today" },
  "Random ID": { operation: "random_id" },
  "Phone number": { value: "{{customer_phone}}" },
  "Contact name": { value: "{{contact.name}}" },
};

/** The data of a `set_variable` node. Code is not run: of expressions, texts and `{{n}} + 1` are understood. */
export function setVariableData(
  options: JsonObject,
  variable: string,
): { data: JsonObject; loss: string | null } {
  const type = textField(options, "type") || "Custom";
  if (Object.hasOwn(NAMED, type)) return { data: { variable, ...NAMED[type] }, loss: null };
  if (type === "Append value(s)") {
    return {
      data: { variable, operation: "append", value: ourText(textField(options, "item")) },
      loss: null,
    };
  }
  if (type !== "Custom")
    return { data: { variable, operation: "clear" }, loss: `the value "${type}" is left empty.` };

  const expression = ourText(textField(options, "expressionToEvaluate")).trim();
  const [, counted, sign = "", amount = ""] =
    /^\{\{([\w.]+)\}\}\s*([+-])\s*(\d+(?:\.\d+)?)$/.exec(expression) ?? [];
  if (counted === variable && amount !== "") {
    return { data: { variable, operation: "increment", value: Number(sign + amount) }, loss: null };
  }
  const isPlain = options.isCode !== true || /^(\{\{[\w.]+\}\}|-?[\d.]+|"[^"]*"|'[^']*')$/.test(expression);
  const value = expression.replace(/^(["'])(.*)\1$/, "$2");
  return { data: { variable, value }, loss: isPlain ? null : "its code is not run, but kept as a text." };
}
