import { isObject, type Json, type JsonObject } from "../../../base/json/json.ts";
import { listOf } from "../../../base/json/values.ts";
import type { Fact } from "../../facts/fact.ts";
import { other, type Read, type Scope } from "./read_scope.ts";

/** Reads the elements of a list. Records each reason for skipping elements once, whatever their number. */
export function readList(
  list: Json | undefined,
  scope: Scope,
  read: (element: JsonObject, scope: Scope) => Read,
): Fact[] {
  const facts: Fact[] = [];
  const reasons = new Set<string>();
  for (const element of listOf(list)) {
    const answer = isObject(element) ? read(element, scope) : "an element that is not an object";
    if (typeof answer === "string") reasons.add(answer);
    else for (const fact of answer) facts.push(fact);
  }
  for (const reason of reasons) facts.push(other(scope.source, reason));
  return facts;
}
