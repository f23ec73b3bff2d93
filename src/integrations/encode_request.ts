import type { HttpRequest } from "../chatbot/engine/effect.ts";
import type { GuardedRequest } from "../http/guarded/guarded_fetch.ts";

/** A request as bytes: names and values are put together by encoders, so that none can break out of its place. */
export function encodeRequest(request: HttpRequest): GuardedRequest {
  const headers: Record<string, string> = Object.fromEntries(request.headers);
  const encoded = bodyOf(request);
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
  // An address that is none is refused by the guard, with its reason.
  if (query.length === 0 || !URL.canParse(url)) return url;
  const address = new URL(url);
  for (const [name, value] of query) address.searchParams.append(name, value);
  return address.href;
}

function bodyOf({ body }: HttpRequest): { body: string; contentType: string | null } | null {
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
      return multipart(body.fields);
    case "text":
      return { body: body.text, contentType: null };
    default:
      return body satisfies never;
  }
}

function multipart(fields: [name: string, value: string][]): { body: string; contentType: string } {
  const values = fields.map(([, value]) => value).join("");
  let boundary = "parley-boundary";
  while (values.includes(boundary)) boundary += "-";
  const parts = fields.map(
    ([name, value]) =>
      `--${boundary}\r\ncontent-disposition: form-data; name="${name.replace(/["\r\n]/g, encodeURIComponent)}"\r\n\r\n${value}\r\n`,
  );
  return {
    body: `${parts.join("")}--${boundary}--\r\n`,
    contentType: `multipart/form-data; boundary=${boundary}`,
  };
}

function hasContentType(headers: Record<string, string>): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === "content-type");
}
