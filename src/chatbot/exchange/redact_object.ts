import { isObject, type Json, type JsonObject, own } from "../../base/json/json.ts";
import { isSecretField, isSecretHeader, isSecretParameter, REMOVED } from "./is_secret.ts";
import { redactAddress, redactParameters, redactUserInfo } from "./redact_address.ts";

/** Where a value stands: which names are ours to know, and which ones somebody else chose. */
export type Place = "field" | "parameter" | "header";

const SECRET_IN: { [place in Place]: (name: string, value: string) => boolean } = {
  field: isSecretField,
  parameter: isSecretParameter,
  header: isSecretHeader,
};

/**
 * An object with every literal value that is a secret replaced: fields, headers, parameters of a URL or a form body, JSON
 * in texts, `{key, value}` pairs. A value that comes from a variable (`Bearer {{token}}`) is none and stays.
 */
export function redactObject(value: JsonObject, place: Place): JsonObject {
  // A header or a parameter in a list, or a variable that is set, says beside the value what it is.
  const label = (own(value, "value") === undefined ? [] : ["key", "name", "variable"])
    .map((field) => own(value, field))
    .find((name) => typeof name === "string");
  const entries = Object.entries(value).map(([key, field]) => {
    if (field === undefined) return [key, field];
    if (label === undefined) return [key, redactValue(key, field, placeIn(key, place))];
    // Beside its value the name itself is no secret.
    if (field === label) return [key, field];
    if (key !== "value") return [key, redactValue(key, field, placeIn(key, place))];
    // What a condition compares with is no value of the variable's.
    const isCompared = own(value, "operator") !== undefined;
    return [key, redactValue(label, field, place === "field" && !isCompared ? "parameter" : place)];
  });
  return Object.fromEntries(entries);
}

function placeIn(key: string, place: Place): Place {
  if (/headers$/i.test(key)) return "header";
  return /(params?|parameters|query|body)$/i.test(key) ? "parameter" : place;
}

/** A value with its secrets replaced; `key` is the name it goes by. */
export function redactValue(key: string, value: Json, place: Place = "field"): Json {
  if (Array.isArray(value)) return value.map((item) => redactValue(key, item, place));
  if (isObject(value)) return redactObject(value, place);
  // A PIN may be written as a number.
  if (typeof value === "number") return /(pin|otp|passcode|passw(or)?d|pwd)$/i.test(key) ? REMOVED : value;
  if (typeof value !== "string") return value;
  return SECRET_IN[place](key, value) && !isDocument(key, value) ? REMOVED : redactText(value, place);
}

/** A body is a text with fields of its own, an address one with parameters; neither is one value. */
function isDocument(key: string, value: string): boolean {
  return /^\s*[[{]/.test(value) || /body$/i.test(key) || /^[a-z][\w+.-]*:\/\//i.test(value);
}

/** A text may be JSON, or an address, or have parameters as a form body has. */
export function redactText(text: string, place: Place = "field"): string {
  if (/^\s*[[{]/.test(text)) {
    try {
      const value = JSON.parse(text) as Json;
      const redacted = JSON.stringify(redactValue("", value, place));
      return redacted === JSON.stringify(value) ? text : redacted;
    } catch {
      // Not JSON after all.
    }
  }
  if (/^[a-z][\w+.-]*:\/\/\S+$/i.test(text)) return redactAddress(text);
  return redactParameters(redactUserInfo(text), SECRET_IN[place]);
}
