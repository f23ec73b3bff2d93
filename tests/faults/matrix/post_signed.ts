import { createHmac } from "node:crypto";

/** Posts a webhook body as Meta does; text is sent as it is. `signature`: instead of the right one; null: none. */
export function postSigned(
  url: string,
  body: object | string,
  appSecret: string,
  signature?: string | null,
): Promise<Response> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const right = `sha256=${createHmac("sha256", appSecret).update(text).digest("hex")}`;
  return fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(signature !== null && { "x-hub-signature-256": signature ?? right }),
    },
    body: text,
    signal: AbortSignal.timeout(15_000),
  });
}
