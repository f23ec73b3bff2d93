import type { Json, JsonObject } from "../../base/json/json.ts";
import { resolve } from "./variables.ts";

/**
 * A placeholder for a variable, `{{path}}` or `{{path|alternative}}`. Names with spaces or dashes are not placeholders, as in
 * other systems with this format. SQL fills canned replies by the same rules (`app_hidden.interpolate()`).
 */
const PLACEHOLDER = /\{\{([A-Za-z0-9_.[\]]+)(?:\|([^{}]*))?\}\}/g;

/**
 * Puts variables into a text, once: what a value contains is never read as a template again, and nothing is
 * calculated. The alternative takes the place of a missing or empty value; without one, a name without a value stays as typed,
 * visible to the tester.
 */
export function interpolate(
  template: string,
  variables: JsonObject,
  render: (value: Json) => string,
  onUnresolved?: (path: string) => void,
): string {
  return template.replace(PLACEHOLDER, (placeholder, path: string, alternative: string | undefined) => {
    const value = resolve(variables, path);
    if (value != null && (value !== "" || alternative === undefined)) return render(value);
    if (alternative !== undefined) return alternative;
    onUnresolved?.(path);
    return placeholder;
  });
}

/** The paths of the placeholders in a text, in order, with duplicates. */
export function placeholdersIn(template: string): string[] {
  return [...template.matchAll(PLACEHOLDER)].map((match) => match[1] as string);
}

/** The path in a field that names a variable, written as `city` or as `{{city}}`. */
export function variablePath(field: string): string {
  const trimmed = field.trim();
  return trimmed.startsWith("{{") && trimmed.endsWith("}}") ? trimmed.slice(2, -2).trim() : trimmed;
}
