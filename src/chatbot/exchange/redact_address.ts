import { isLiteral, isSecretParameter, looksRandom, REMOVED } from "./is_secret.ts";

const ADDRESS = /^([a-z][\w+.-]*:\/\/)?([^/?#\s]*)(\/[^?#\s]*)?(\?[^#\s]*)?(#\S*)?$/i;

/**
 * Removes secrets from a URL: user and password, secret parameters, and secrets in the path, which are tokens of bots and
 * random segments after `webhook`, `token` or `key` or on a host for webhooks. Placeholders stay.
 */
export function redactAddress(address: string): string {
  const [, scheme = "", authority = "", path = "", query = "", fragment = ""] = ADDRESS.exec(address) ?? [];
  if (scheme + authority + path + query + fragment !== address) return address;
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  return [
    redactUserInfo(scheme + authority),
    redactPath(path, /(^|\.)(web)?hooks?\d*\./i.test(host)),
    redactParameters(query),
    redactParameters(fragment),
  ].join("");
}

/** Removes users and passwords from the URLs in a text. */
export function redactUserInfo(text: string): string {
  return text.replace(/(\/\/)([^/\s@{}]+)@/g, `$1${REMOVED}@`);
}

/** Removes secret parameters from a URL or a form-encoded body. */
export function redactParameters(text: string, isSecret = isSecretInAddress): string {
  return text.replace(
    /(^|[?&#])([\w.[\]%$-]+)=([^&#\s"]+)/g,
    (pair, before: string, name: string, value: string) =>
      isSecret(decoded(name), decoded(value)) ? `${before}${name}=${REMOVED}` : pair,
  );
}

/** In a URL `code` is a secret; in a body or a variable it is usually a voucher or a country. */
function isSecretInAddress(name: string, value: string): boolean {
  return isSecretParameter(name, value) || (/^code$/i.test(name) && isLiteral(value));
}

function redactPath(path: string, isHook: boolean): string {
  let isOpen = isHook;
  return path
    .split("/")
    .map((segment) => {
      if (segment === "" || !isLiteral(decoded(segment))) return segment;
      const isSecret = isOpen ? !/^([a-z]+(-[a-z]+)*|v\d{1,2})$/.test(segment) : isRandomSegment(segment);
      if (/^(web)?hooks?$|^(secret|token|key)s?$/i.test(segment)) isOpen = true;
      if (/^bot(?=.*\d)/i.test(segment)) return `bot${REMOVED}`;
      return isSecret ? REMOVED : segment;
    })
    .join("/");
}

/** Whether a segment of a path looks random and is not a file name. */
function isRandomSegment(segment: string): boolean {
  return segment.length >= 20 && !segment.includes(".") && looksRandom(segment);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
