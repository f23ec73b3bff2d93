import { isObject, type JsonObject } from "../../../base/json/json.ts";
import { leftoverOf, objectOf } from "../../../base/json/values.ts";
import type { Fact } from "../../facts/fact.ts";
import { ACCOUNT_FIELDS } from "./read_account_update.ts";
import { readCall } from "./read_call.ts";
import { readContactSync, readGroup, readHandover, readPreference } from "./read_customer_event.ts";
import { readError } from "./read_error.ts";
import { readHistory } from "./read_history.ts";
import { readUserIdUpdate } from "./read_identity_change.ts";
import { readList } from "./read_list.ts";
import { readEcho, readMessage } from "./read_message.ts";
import { type Origin, other, type Read, type Scope, scopeOf } from "./read_scope.ts";
import { readStatus } from "./read_status.ts";
import { isTemplateUpdate, readTemplateUpdate } from "./read_template_update.ts";

/** Readers for the lists of a value. A value can contain several lists, whatever the name of its field. */
const LISTS: ReadonlyMap<string, (element: JsonObject, scope: Scope) => Read> = new Map([
  ["messages", readMessage],
  ["message_echoes", readEcho],
  ["statuses", readStatus],
  ["errors", readError],
  ["calls", readCall],
  ["history", readHistory],
  ["state_sync", readContactSync],
  ["user_preferences", readPreference],
  ["user_id_update", readUserIdUpdate],
  ["groups", readGroup],
]);

/** The keys that describe the events of a value and are not events. */
const FRAME = ["messaging_product", "metadata", "contacts"];
const READ_FROM_LISTS: ReadonlySet<string> = new Set([...FRAME, ...LISTS.keys(), "standby"]);

/** Returns the facts in the value of one change: at least one. */
export function readValue(value: JsonObject, origin: Origin): Fact[] {
  const scope = scopeOf(value, origin);
  if (isTemplateUpdate(value)) return [readTemplateUpdate(value, scope)];
  if (isHandover(value)) return [readHandover(scope)];
  const readAccountUpdate = ACCOUNT_FIELDS.get(origin.field ?? "");
  if (readAccountUpdate !== undefined && !hasEvents(value)) return [readAccountUpdate(value, scope)];
  const facts = readLists(value, scope);
  if (facts.length === 0) return [other(scope.source, "the value holds nothing we know")];
  return [...facts, ...readLeftover(value, scope)];
}

function readLists(value: JsonObject, scope: Scope): Fact[] {
  const facts: Fact[] = [];
  for (const [name, read] of LISTS) {
    for (const fact of readList(value[name], scope, read)) facts.push(fact);
  }
  const standby = objectOf(value.standby);
  if (standby === null) return facts;
  const framed = { ...standby, metadata: standby.metadata ?? value.metadata ?? null };
  const aside = scopeOf(framed, scope.origin, "standby");
  return [...facts, ...readLists(framed, aside), ...readLeftover(framed, aside)];
}

function readLeftover(value: JsonObject, scope: Scope): Fact[] {
  const leftover = leftoverOf(value, READ_FROM_LISTS);
  return leftover === null ? [] : [other(scope.source, "unknown keys beside known ones")];
}

/** Ignores `errors`, because in flow alerts this key contains statistics instead of a list of errors. */
function hasEvents(value: JsonObject): boolean {
  return (
    value.standby !== undefined || LISTS.keys().some((name) => name !== "errors" && value[name] !== undefined)
  );
}

function isHandover(value: JsonObject): boolean {
  return isObject(value.control_passed) || isObject(value.control_taken);
}
