import type { Effect } from "../engine/effect.ts";
import type { HttpBody, HttpRequest } from "../engine/request.ts";
import { clean, cleanText } from "../exchange/clean.ts";
import { redactAddress } from "../exchange/redact_address.ts";
import { HARMLESS_HEADER, REMOVED } from "../exchange/redact_value.ts";

/** An effect as a trace shows it: a call keeps its address and its body, and loses what lets it in. */
export function withoutCredentials(effect: Effect): Effect {
  return effect.kind === "http_request" ? { ...effect, request: cleanRequest(effect.request) } : effect;
}

function cleanRequest(request: HttpRequest): HttpRequest {
  return {
    ...request,
    url: redactAddress(request.url),
    query: request.query.map(cleanPair),
    headers: request.headers.map(([name, value]) => [name, HARMLESS_HEADER.test(name) ? value : REMOVED]),
    body: request.body && cleanBody(request.body),
  };
}

function cleanBody(body: HttpBody): HttpBody {
  switch (body.kind) {
    case "json":
      return { ...body, value: clean("", body.value) };
    case "form":
    case "multipart":
      return { ...body, fields: body.fields.map(cleanPair) };
    case "text":
      return { ...body, text: cleanText(body.text) };
    default:
      return body satisfies never;
  }
}

function cleanPair([name, value]: [string, string]): [string, string] {
  return [name, String(clean(name, value))];
}
