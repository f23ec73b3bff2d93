import { listField, textField } from "../../base/json/fields.ts";
import { isObject, type Json, type JsonObject, own } from "../../base/json/json.ts";

/** A Typebot's variables, renamed: Typebot allows any name, placeholders only letters, digits, dots and underscores. */
export type TypebotVariables = {
  /** The name of the variable that an option holds the id of; `""` for none. */
  nameOf(options: JsonObject, field: string): string;
  /** Renames the variables in the placeholders of a text. */
  text(template: string): string;
  /** {@link TypebotVariables.text} of a field. */
  textOf(data: JsonObject, field: string): string;
  /** All names, in the order of the file. */
  names: readonly string[];
  /** The variables with an initial value. */
  initial: { variable: string; value: Json }[];
};

export function readVariables(file: JsonObject): TypebotVariables {
  const byId = new Map<string, string>();
  const byName = new Map<string, string>();
  const taken = new Set<string>();
  const initial: TypebotVariables["initial"] = [];
  for (const variable of listField(file, "variables").filter(isObject)) {
    const theirs = textField(variable, "name").trim();
    const name = byName.get(theirs) ?? freeName(theirs, taken);
    taken.add(name);
    byName.set(theirs, name);
    byId.set(textField(variable, "id"), name);
    const value = own(variable, "value");
    if (value !== undefined && value !== null && value !== "") initial.push({ variable: name, value });
  }
  const text = (template: string) =>
    template.replace(/\{\{([^{}=]+)\}\}/g, (_, written: string) => {
      const name = written.trim();
      return `{{${byName.get(name) ?? spelled(name)}}}`;
    });
  return {
    nameOf: (options, field) => byId.get(textField(options, field)) ?? "",
    text,
    textOf: (data, field) => text(textField(data, field)),
    names: [...byId.values()],
    initial,
  };
}

/** A unique name: names that differ only in characters that are replaced get a number: `名前` and `電話` become `_` and `_2`. */
function freeName(theirs: string, taken: ReadonlySet<string>): string {
  const name = spelled(theirs);
  let candidate = name;
  for (let number = 2; taken.has(candidate); number++) candidate = `${name}${number}`;
  return candidate;
}

function spelled(name: string): string {
  return name
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[^A-Za-z0-9_.]+/g, "_");
}
