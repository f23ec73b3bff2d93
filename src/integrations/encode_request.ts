import { encodeForm } from "../base/encode_form.ts";
import type { HttpRequest } from "../chatbot/engine/request.ts";
import type { GuardedRequest } from "../http/guarded/guarded_fetch.ts";

type Encoded = { body: string | Uint8Array; contentType: string | null };

/** Encodes a request of a graph for sending. Encoders join names and values, so that no value can change the structure. */
export async function encodeRequest(request: HttpRequest): Promise<GuardedRequest> {
  const headers: Record<string, string> = Object.fromEntries(request.headers);
  const encoded = await bodyOf(request);
  if (encoded?.contentType && !hasContentType(headers)) headers["content-type"] = encoded.contentType;
  return {
    method: request.method,
    url: addressOf(request),
    headers,
    timeoutMs: request.timeoutMs,
    ...(encoded && { body: encoded.body }),
  };
}

function addressOf({ url, query }: HttpRequest): string {
  // guarded_fetch refuses an invalid address and gives the reason.
  if (query.length === 0 || !URL.canParse(url)) return url;
  const address = new URL(url);
  for (const [name, value] of query) address.searchParams.append(name, value);
  return address.href;
}

async function bodyOf({ body }: HttpRequest): Promise<Encoded | null> {
  switch (body?.kind) {
    case undefined:
      return null;
    case "json":
      return { body: JSON.stringify(body.value), contentType: "application/json" };
    case "form":
      return {
        body: new URLSearchParams(body.fields).toString(),
        contentType: "application/x-www-form-urlencoded",
      };
    case "multipart":
      return encodeForm(formOf(body.fields));
    case "text":
      return { body: body.text, contentType: null };
    default:
      return body satisfies never;
  }
}

function formOf(fields: readonly [name: string, value: string][]): FormData {
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  return form;
}

function hasContentType(headers: Record<string, string>): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === "content-type");
}
