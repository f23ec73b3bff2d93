import { listField, textField } from "../../base/json/fields.ts";
import { isObject, type Json, type JsonObject, own } from "../../base/json/json.ts";

/** A Typebot's variables, in our spelling: placeholders here hold letters, digits, dots and underscores; names there, anything. */
export type TypebotVariables = {
  /** The name of the variable that an option holds the id of; `""` for none. */
  nameOf(options: JsonObject, field: string): string;
  /** A text with its placeholders in our spelling. */
  text(template: string): string;
  /** {@link TypebotVariables.text} of a field. */
  textOf(data: JsonObject, field: string): string;
  /** All names, in the file's order. */
  names: readonly string[];
  /** Those that have a value before anything is said. */
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

/** Names that differ only in what we cannot spell stay apart: `名前` and `電話` are `_` and `_2`. */
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
