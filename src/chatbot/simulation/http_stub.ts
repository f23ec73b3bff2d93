import { textField } from "../../base/json/fields.ts";
import { isObject, type Json, type JsonObject, own } from "../../base/json/json.ts";
import type { HttpResult } from "../engine/event.ts";
import type { HttpRequest } from "../engine/request.ts";

/**
 * Answers requests without sending them. `count` is the number of requests that the node has sent before, `emptyAnswer` the
 * body of the answer to a request that the stub does not mention; it defaults to null.
 */
export type HttpStub = (
  nodeId: string,
  request: HttpRequest,
  count: number,
  emptyAnswer?: Json,
) => HttpResult;

/**
 * Reads a stub from the JSON of a file. A request that it does not mention succeeds with the empty answer of the node's kind.
 *
 * The JSON is an object whose keys are node ids, parts of a URL, or `*`, and whose values are an answer or a list of answers
 * (one for each request, the last one repeated); or a list of answers with conditions: `{node?, method?, url?, …}`.
 * An answer is `{status?, body?}` or `{failure: "timeout" | "network" | …}`; any other value, including a list of records, is
 * the body of a successful response.
 */
export function httpStub(file: unknown): HttpStub {
  const rules = Array.isArray(file) ? file.filter(isObject) : isObject(file) ? rulesOf(file) : [];
  return (nodeId, request, count, emptyAnswer = null) => {
    const rule = rules.find((candidate) => isFor(candidate, nodeId, request));
    if (rule === undefined) return { ...EMPTY_SUCCESS, body: emptyAnswer };
    const answers = own(rule, "answers");
    if (!Array.isArray(answers)) return resultOf({ status: 200, ...rule });
    return resultOf(answers[Math.min(count, answers.length - 1)] as Json);
  };
}

const EMPTY_SUCCESS = { kind: "response", status: 200, body: null, durationMs: 0 } as const;

function rulesOf(file: JsonObject): JsonObject[] {
  return Object.entries(file).map(([key, answers]) => ({
    key,
    answers: Array.isArray(answers) && isSequence(answers) ? answers : [answers ?? null],
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

/** Whether a list holds successive answers rather than the body of one response. */
function isSequence(list: Json[]): boolean {
  return list.length > 0 && (list.some(isAnswer) || !list.every(isObject));
}

/** Whether a value is an answer rather than a body. A body may have fields `status` and `body`; a status is a number. */
function isAnswer(value: Json): boolean {
  if (!isObject(value)) return false;
  const isFailure = FAILURES.some((reason) => reason === value.failure);
  return isFailure || typeof value.status === "number" || Object.hasOwn(value, "body");
}

function resultOf(answer: Json): HttpResult {
  if (!isObject(answer) || !isAnswer(answer)) return { ...EMPTY_SUCCESS, body: answer };
  const failure = FAILURES.find((reason) => reason === answer.failure);
  if (failure) return { kind: "failure", reason: failure, message: `stubbed: ${failure}`, durationMs: 0 };
  const status = typeof answer.status === "number" ? answer.status : 200;
  return { ...EMPTY_SUCCESS, status, body: own(answer, "body") ?? own(answer, "data") ?? null };
}
