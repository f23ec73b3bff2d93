import { FORBIDDEN_KEYS, isObject, type Json, type JsonObject, own } from "../../base/json/json.ts";
import { parsePath, walkPath } from "./path.ts";

/**
 * Resolves a path against variables, for messages, requests, conditions and lists of options. The longest prefix that is the
 * name of a variable is used (`rest_api_1.data` is a flat name); the rest of the path is followed into its value.
 */
export function resolve(variables: JsonObject, path: string): Json | undefined {
  for (const [name, segments] of cuts(path)) {
    if (!Object.hasOwn(variables, name)) continue;
    const found = walkPath(own(variables, name), segments());
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Sets a variable. `order.status` sets a field of the object `order` if that exists; otherwise it is a flat name. Names that
 * could reach a prototype and names that are too long are ignored. Only the top level is changed in place: values may be shared.
 *
 * @returns the name of the variable that was changed; null when the name was ignored.
 */
export function assign(variables: JsonObject, name: string, value: Json): string | null {
  if (name.length > LONGEST_PATH || parsePath(name).some((segment) => FORBIDDEN_KEYS.has(segment)))
    return null;
  const parts = Object.hasOwn(variables, name) ? undefined : owner(variables, name);
  if (parts) variables[parts.name] = withValue(own(variables, parts.name), parts.segments, value);
  else variables[name] = value;
  return parts?.name ?? name;
}

/** The variable in which a path names a field, if there is one. */
function owner(variables: JsonObject, path: string): { name: string; segments: string[] } | undefined {
  for (const [name, segmentsOf] of cuts(path)) {
    if (!Object.hasOwn(variables, name)) continue;
    const segments = segmentsOf();
    if (segments.length > 0 && isObject(walkPath(own(variables, name), segments.slice(0, -1))))
      return { name, segments };
  }
  return undefined;
}

/** A copy of a structure with one value replaced. */
function withValue(here: Json | undefined, segments: readonly string[], value: Json): Json {
  const [segment, ...rest] = segments;
  if (segment === undefined) return value;
  if (Array.isArray(here)) return here.with(Number(segment), withValue(here[Number(segment)], rest, value));
  const fields: JsonObject = isObject(here) ? here : {};
  return { ...fields, [segment]: withValue(own(fields, segment), rest, value) };
}

/** The limit of names and paths, in characters: the time of a lookup is quadratic in their length. */
const LONGEST_PATH = 500;

/** All divisions of a path into a name and the segments after it, the longest name first; none for a path that is too long. */
function* cuts(path: string): Generator<[name: string, segments: () => string[]]> {
  if (path.length > LONGEST_PATH) return;
  yield [path, () => []];
  for (let end = path.length - 1; end > 0; end--) {
    if (path[end] === "." || path[end] === "[") yield [path.slice(0, end), () => parsePath(path.slice(end))];
  }
}
