import { FORBIDDEN_KEYS } from "../../base/json/json.ts";
import { isStorable } from "../../base/json/sanitize.ts";
import { type Problem, problem } from "../validation/problem.ts";

/** What an imported file may be. The largest real export known has 33 nodes and 22 KB. */
export const IMPORT_LIMITS = {
  characters: 5_000_000,
  nodes: 1_000,
  edges: 5_000,
  flows: 100,
  subflows: 50,
  depth: 64,
  values: 500_000,
};

/**
 * Parses untrusted JSON, with limits of size and depth, and without keys that could reach JavaScript's prototypes.
 *
 * @returns the value, or the problem for which it was refused.
 */
export function readJson(text: string): { value: unknown } | { problem: Problem } {
  if (text.length > IMPORT_LIMITS.characters) {
    const message = `The file must not have more than ${IMPORT_LIMITS.characters} characters; it has ${text.length}.`;
    return { problem: problem("too_large", null, message) };
  }
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
    const found = checkStructure(value);
    return found ? { problem: found } : { value };
  } catch (error) {
    const message = `The text must be valid JSON: ${error instanceof Error ? error.message : String(error)}`;
    return { problem: problem("not_json", null, message) };
  }
}

const BAD_TEXT = problem("bad_text", null, "Texts must not contain NUL or unpaired surrogates.");

/** Why a value is refused; null when it is valid. Without recursion, because the value may be nested too deeply for it. */
export function checkStructure(root: unknown): Problem | null {
  const open: { value: unknown; depth: number }[] = [{ value: root, depth: 0 }];
  let count = 0;
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, depth } = next;
    if (++count > IMPORT_LIMITS.values) {
      return problem(
        "too_large",
        null,
        `The file must not contain more than ${IMPORT_LIMITS.values} values.`,
      );
    }
    if (typeof value === "string" && !isStorable(value)) return BAD_TEXT;
    if (typeof value !== "object" || value === null) continue;
    if (depth >= IMPORT_LIMITS.depth) {
      return problem(
        "too_deep",
        null,
        `The file must not be nested more than ${IMPORT_LIMITS.depth} levels deep.`,
      );
    }
    for (const [key, child] of Object.entries(value)) {
      if (!isStorable(key)) return BAD_TEXT;
      if (FORBIDDEN_KEYS.has(key)) return problem("forbidden_key", null, `The key "${key}" is not allowed.`);
      open.push({ value: child, depth: depth + 1 });
    }
  }
  return null;
}
