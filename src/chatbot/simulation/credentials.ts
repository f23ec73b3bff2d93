import type { Effect } from "../engine/effect.ts";
import type { HttpBody, HttpRequest } from "../engine/request.ts";
import { HARMLESS_HEADER, REMOVED } from "../exchange/is_secret.ts";
import { redactAddress } from "../exchange/redact_address.ts";
import { redactText, redactValue } from "../exchange/redact_object.ts";

/** An effect for a trace: a request keeps its address and body, without the credentials in them. */
export function withoutCredentials(effect: Effect): Effect {
  return effect.kind === "http_request" ? { ...effect, request: redactRequest(effect.request) } : effect;
}

function redactRequest(request: HttpRequest): HttpRequest {
  return {
    ...request,
    url: redactAddress(request.url),
    query: request.query.map(redactPair),
    headers: request.headers.map(([name, value]) => [name, HARMLESS_HEADER.test(name) ? value : REMOVED]),
    body: request.body && redactBody(request.body),
  };
}

function redactBody(body: HttpBody): HttpBody {
  switch (body.kind) {
    case "json":
      return { ...body, value: redactValue("", body.value) };
    case "form":
    case "multipart":
      return { ...body, fields: body.fields.map(redactPair) };
    case "text":
      return { ...body, text: redactText(body.text) };
    default:
      return body satisfies never;
  }
}

function redactPair([name, value]: [string, string]): [string, string] {
  return [name, String(redactValue(name, value))];
}
