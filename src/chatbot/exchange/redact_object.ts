import { isObject, type Json, type JsonObject, own } from "../../base/json/json.ts";
import { isSecretField, isSecretHeader, isSecretParameter, REMOVED } from "./is_secret.ts";
import { redactAddress, redactParameters, redactUserInfo } from "./redact_address.ts";

/** Where a value is: in a field of a node, whose names are known, or in a parameter or a header, whose names are arbitrary. */
export type Place = "field" | "parameter" | "header";

const SECRET_IN: { [place in Place]: (name: string, value: string) => boolean } = {
  field: isSecretField,
  parameter: isSecretParameter,
  header: isSecretHeader,
};

/**
 * Replaces all literal secrets in an object: in fields, headers, parameters of URLs and form bodies, JSON in texts, and
 * `{key, value}` pairs. A value from a variable (`Bearer {{token}}`) stays.
 */
export function redactObject(value: JsonObject, place: Place): JsonObject {
  // In lists of headers or parameters, and in assignments, the name is in a field beside the value.
  const label = (own(value, "value") === undefined ? [] : ["key", "name", "variable"])
    .map((field) => own(value, field))
    .find((name) => typeof name === "string");
  const entries = Object.entries(value).map(([key, field]) => {
    if (field === undefined) return [key, field];
    if (label === undefined) return [key, redactValue(key, field, placeIn(key, place))];
    // The name beside a value is not a secret.
    if (field === label) return [key, field];
    if (key !== "value") return [key, redactValue(key, field, placeIn(key, place))];
    // The value that a condition compares with is not the value of the variable.
    const isCompared = own(value, "operator") !== undefined;
    return [key, redactValue(label, field, place === "field" && !isCompared ? "parameter" : place)];
  });
  return Object.fromEntries(entries);
}

function placeIn(key: string, place: Place): Place {
  if (/headers$/i.test(key)) return "header";
  return /(params?|parameters|query|body)$/i.test(key) ? "parameter" : place;
}

/** Replaces the secrets in a value; `key` is its name. */
export function redactValue(key: string, value: Json, place: Place = "field"): Json {
  if (Array.isArray(value)) return value.map((item) => redactValue(key, item, place));
  if (isObject(value)) return redactObject(value, place);
  // A PIN may be written as a number.
  if (typeof value === "number") return /(pin|otp|passcode|passw(or)?d|pwd)$/i.test(key) ? REMOVED : value;
  if (typeof value !== "string") return value;
  return SECRET_IN[place](key, value) && !isDocument(key, value) ? REMOVED : redactText(value, place);
}

/** Whether a text is a body or a URL, which contains several values. */
function isDocument(key: string, value: string): boolean {
  return /^\s*[[{]/.test(value) || /body$/i.test(key) || /^[a-z][\w+.-]*:\/\//i.test(value);
}

/** Replaces the secrets in a text that may be JSON, a URL, or a form-encoded body. */
export function redactText(text: string, place: Place = "field"): string {
  if (/^\s*[[{]/.test(text)) {
    try {
      const value = JSON.parse(text) as Json;
      const redacted = JSON.stringify(redactValue("", value, place));
      return redacted === JSON.stringify(value) ? text : redacted;
    } catch {
      // The text is not valid JSON.
    }
  }
  if (/^[a-z][\w+.-]*:\/\/\S+$/i.test(text)) return redactAddress(text);
  return redactParameters(redactUserInfo(text), SECRET_IN[place]);
}
