/** The state of a request that follows redirects. */
export type Hop = {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | Uint8Array | null;
};

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/**
 * Headers that may be passed on to another origin, with the allowed values. Any other header may carry a credential,
 * whatever its name: the author of a data source chooses the name of the header for its token.
 */
const HARMLESS: ReadonlyMap<string, RegExp> = new Map([
  ["accept", listOf(/\*\/\*|text\/[a-z]+|application\/(?:json|xml|(?:vnd\.api|problem|ld|hal)\+json)/)],
  ["accept-language", listOf(/\*|[a-z]{2}(?:-[A-Z]{2})?/)],
]);

function listOf(value: RegExp): RegExp {
  const item = `(?:${value.source})(?:; ?q=[01](?:\\.\\d{1,3})?)?`;
  return new RegExp(`^${item}(?:, ?${item})*$`);
}

/**
 * The request that a redirect asks for, as browsers understand it: 303, and 301 or 302 after POST, become GET. Another
 * origin gets no body and none of the caller's headers except plain preferences. Null when the response is not a
 * redirect. The new URL has to be checked like the first.
 */
export function followed(hop: Hop, status: number, location: string | undefined): Hop | "leaks_body" | null {
  if (!REDIRECTS.has(status) || location === undefined || !URL.canParse(location, hop.url)) return null;
  const next = new URL(location, hop.url);
  const isSameOrigin = next.origin === new URL(hop.url).origin;
  const becomesGet = (status === 303 && hop.method !== "HEAD") || (status < 303 && hop.method === "POST");
  const body = becomesGet ? null : hop.body;
  if (body !== null && !isSameOrigin) return "leaks_body";
  const kept = Object.entries(hop.headers).filter(
    ([name, value]) =>
      (isSameOrigin || HARMLESS.get(name)?.test(value)) && !(becomesGet && name === "content-type"),
  );
  return {
    method: becomesGet ? "GET" : hop.method,
    url: next.href,
    headers: Object.fromEntries(kept),
    body,
  };
}
