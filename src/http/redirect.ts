/** A request on its way, and where it has got to. */
export type Hop = {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | Uint8Array | null;
};

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** The only headers another origin gets; the rest may be, and often are, secrets. */
const HARMLESS: ReadonlySet<string> = new Set(["accept", "accept-language", "content-type", "user-agent"]);

/**
 * The request a redirect asks for, as browsers understand it: 303, and 301 or 302 after POST, become GET. Another
 * origin gets neither the caller's headers nor a body. Null when the response is no redirect; the new URL is to be
 * checked like the first.
 */
export function followed(hop: Hop, status: number, location: string | undefined): Hop | "leaks_body" | null {
  if (!REDIRECTS.has(status) || location === undefined || !URL.canParse(location, hop.url)) return null;
  const next = new URL(location, hop.url);
  const isSameOrigin = next.origin === new URL(hop.url).origin;
  const becomesGet = (status === 303 && hop.method !== "HEAD") || (status < 303 && hop.method === "POST");
  const body = becomesGet ? null : hop.body;
  if (body !== null && !isSameOrigin) return "leaks_body";
  const kept = Object.entries(hop.headers).filter(
    ([name]) => (isSameOrigin || HARMLESS.has(name)) && !(becomesGet && name === "content-type"),
  );
  return {
    method: becomesGet ? "GET" : hop.method,
    url: next.href,
    headers: Object.fromEntries(kept),
    body,
  };
}
