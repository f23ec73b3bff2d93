import { isObject, type Json, type JsonObject } from "../../../base/json/json.ts";
import { parseJson } from "../../../base/json/parse_json.ts";
import { instantOf, leftoverOf, listOf, wordOf } from "../../../base/json/values.ts";
import type { Fact, Reading } from "../../facts/fact.ts";
import type { FactSource } from "../../facts/fact_source.ts";
import { type Origin, other } from "./read_scope.ts";
import { readValue } from "./read_value.ts";

/**
 * Takes the raw body of a Cloud API webhook apart. Never throws, whatever the bytes; takes time in proportion to them;
 * the same bytes always give the same facts.
 *
 * Routes by the shape of the values and only then by `field`, since Meta's own samples have the wrong one. Forgives a
 * missing envelope, single elements where lists belong, and keys one level too high or too low. Nothing is dropped:
 * what is not understood comes back as an `other` fact with the reason.
 *
 * Source: docs/reference/cloud-api.md.
 */
export function readWebhook(body: Uint8Array): Reading {
  let json: Json;
  try {
    json = parseJson(body);
  } catch {
    // The parser's own message quotes the body.
    return { kind: "unreadable", reason: body.length === 0 ? "the body is empty" : "the body is not JSON" };
  }
  if (!isObject(json)) return { kind: "unreadable", reason: "the body is not a JSON object" };
  return { kind: "read", facts: readBody(json) };
}

const BODY_KEYS: ReadonlySet<string> = new Set(["object", "entry", "field"]);
const ENTRY_KEYS: ReadonlySet<string> = new Set(["id", "time", "changes", "field", "object"]);
const CHANGE_KEYS: ReadonlySet<string> = new Set(["field", "value", "object"]);

function readBody(body: JsonObject): Fact[] {
  const outside: Origin = { field: wordOf(body.field), accountId: null, entryTime: null };
  // Samples of Meta's are a bare entry, a bare change, a bare value.
  if (body.entry === undefined)
    return body.changes === undefined ? readChange(body, outside) : readEntry(body, outside);
  const facts = listOf(body.entry).flatMap((entry) => readEntry(entry, outside));
  if (facts.length === 0) facts.push(other(sourceOf(outside), "the body has no entries"));
  return [...facts, ...kept(body, BODY_KEYS, outside)];
}

function readEntry(entry: Json, outside: Origin): Fact[] {
  if (!isObject(entry)) return [other(sourceOf(outside), "an entry that is not an object")];
  const origin: Origin = {
    field: wordOf(entry.field) ?? outside.field,
    accountId: wordOf(entry.id),
    entryTime: instantOf(entry.time),
  };
  if (entry.changes === undefined && entry.value !== undefined) return readChange(entry, origin);
  const facts = listOf(entry.changes).flatMap((change) =>
    isObject(change)
      ? readChange(change, origin)
      : [other(sourceOf(origin), "a change that is not an object")],
  );
  if (facts.length === 0) return [other(sourceOf(origin), "the entry has no changes")];
  return [...facts, ...kept(entry, ENTRY_KEYS, origin)];
}

function readChange(change: JsonObject, outside: Origin): Fact[] {
  const origin = { ...outside, field: wordOf(change.field) ?? outside.field };
  if (isObject(change.value)) {
    return [...readValue(change.value, origin), ...kept(change, CHANGE_KEYS_AND_ENTRY, origin)];
  }
  const value = leftoverOf(change, CHANGE_KEYS);
  if (change.value === undefined && value !== null) return readValue(value, origin);
  return [other(sourceOf(origin), "the change has no value")];
}

/** A change may stand where its entry belongs. */
const CHANGE_KEYS_AND_ENTRY: ReadonlySet<string> = new Set([...CHANGE_KEYS, "id", "time"]);

/** Keys we do not know, beside ones we do. */
function kept(object: JsonObject, known: ReadonlySet<string>, origin: Origin): Fact[] {
  const leftover = leftoverOf(object, known);
  return leftover === null ? [] : [other(sourceOf(origin), "unknown keys beside known ones")];
}

function sourceOf(origin: Origin): FactSource {
  return {
    field: origin.field,
    providerAccountId: origin.accountId,
    providerChannelId: null,
  };
}
