import type { HttpRequest } from "../effect.ts";
import type { HttpResult } from "../event.ts";
import { listField, textField } from "../fields.ts";
import { isObject, type Json, type JsonObject, own } from "../json.ts";

/** Answers calls to the outside without making them. `count` is how often this node has called before. */
export type HttpStub = (nodeId: string, request: HttpRequest, count: number) => HttpResult;

/**
 * Reads a stub from a file's JSON. What it does not mention succeeds with an empty body.
 *
 * Either an object, from a node's id, a part of a URL, or `*`, to an answer or a list of answers (one for each call,
 * the last repeated); or a list of answers that say themselves what they are for: `{node?, method?, url?, …}`.
 * An answer is `{status?, body?}` or `{failure: "timeout" | "network" | …}`; anything else is a body.
 */
export function httpStub(file: unknown): HttpStub {
  const rules = Array.isArray(file) ? file.filter(isObject) : isObject(file) ? rulesOf(file) : [];
  return (nodeId, request, count) => {
    const rule = rules.find((candidate) => isFor(candidate, nodeId, request));
    if (rule === undefined) return { ...EMPTY_SUCCESS, body: emptyBody(request) };
    const answers = listField(rule, "answers");
    return resultOf(answers.length > 0 ? (answers[Math.min(count, answers.length - 1)] as Json) : rule);
  };
}

const EMPTY_SUCCESS = { kind: "response", status: 200, body: null, durationMs: 0 } as const;

/** A calendar in which there is nothing: an answer without a calendar would be a failure. */
function emptyBody({ target }: HttpRequest): Json {
  return target.kind === "google_calendar" ? { calendars: { primary: { busy: [] } }, items: [] } : null;
}

function rulesOf(file: JsonObject): JsonObject[] {
  return Object.entries(file).map(([key, answers]) => ({
    key,
    answers: Array.isArray(answers) ? answers : [answers ?? null],
  }));
}

function isFor(rule: JsonObject, nodeId: string, { method, url }: HttpRequest): boolean {
  const key = own(rule, "key");
  if (typeof key === "string")
    return key === "*" || key === nodeId || (/[/.]/.test(key) && `${method} ${url}`.includes(key));
  const [node, wantedMethod, part] = [
    textField(rule, "node"),
    textField(rule, "method"),
    textField(rule, "url"),
  ];
  return (
    (node === "" || node === nodeId) &&
    (wantedMethod === "" || wantedMethod.toUpperCase() === method) &&
    (part === "" || url.includes(part))
  );
}

const FAILURES = ["timeout", "network", "blocked", "too_large", "not_connected", "budget"] as const;

function resultOf(answer: Json): HttpResult {
  if (!isObject(answer)) return { ...EMPTY_SUCCESS, body: answer };
  const failure = FAILURES.find((reason) => reason === answer.failure);
  if (failure) return { kind: "failure", reason: failure, message: `stubbed: ${failure}`, durationMs: 0 };
  const isAnswer = ["status", "body", "node", "method", "url"].some((name) => Object.hasOwn(answer, name));
  if (!isAnswer) return { ...EMPTY_SUCCESS, body: answer };
  const status = typeof answer.status === "number" ? answer.status : 200;
  return { ...EMPTY_SUCCESS, status, body: own(answer, "body") ?? null };
}
