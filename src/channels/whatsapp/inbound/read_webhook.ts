import { isObject, type Json, type JsonObject } from "../../../base/json/json.ts";
import { parseJson } from "../../../base/json/parse_json.ts";
import { instantOf, leftoverOf, listOf, wordOf } from "../../../base/json/values.ts";
import type { Fact, Reading } from "../../facts/fact.ts";
import type { FactSource } from "../../facts/fact_source.ts";
import { type Origin, other } from "./read_scope.ts";
import { readValue } from "./read_value.ts";

/**
 * Converts the raw body of a Cloud API webhook to facts. Never throws for any input, runs in linear time, and returns
 * the same facts for the same bytes.
 *
 * Selects the reader by the keys of a value first and by `field` second, because some of Meta's samples have the wrong
 * `field`. Accepts a missing envelope, a single element instead of a list, and keys one level too high or too low.
 * All input is accounted for: an unknown part is returned as an `other` fact with the reason.
 *
 * Source: docs/reference/cloud-api.md.
 */
export function readWebhook(body: Uint8Array): Reading {
  let json: Json;
  try {
    json = parseJson(body);
  } catch {
    // The message of the parser is not used, because it quotes the body.
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
  // Some of Meta's samples consist of only an entry, a change or a value.
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

/** Accepts a change in place of an entry. */
const CHANGE_KEYS_AND_ENTRY: ReadonlySet<string> = new Set([...CHANGE_KEYS, "id", "time"]);

/** Returns a fact for the unknown keys of a value that also has known keys. */
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
