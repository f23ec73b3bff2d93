import { isLiteral, isSecretParameter, looksRandom, REMOVED } from "./is_secret.ts";

const ADDRESS = /^([a-z][\w+.-]*:\/\/)?([^/?#\s]*)(\/[^?#\s]*)?(\?[^#\s]*)?(#\S*)?$/i;

/**
 * An address without what lets its caller in: user and password, parameters that are secrets, and parts of a path that
 * are: a bot's token, and whatever comes after `webhook`, `token` or `key`, or on a host of hooks. Placeholders stay.
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

/** Users and passwords of the addresses in a text. */
export function redactUserInfo(text: string): string {
  return text.replace(/(\/\/)([^/\s@{}]+)@/g, `$1${REMOVED}@`);
}

/** The parameters of an address, or of a form's body. */
export function redactParameters(text: string, isSecret = isSecretInAddress): string {
  return text.replace(
    /(^|[?&#])([\w.[\]%$-]+)=([^&#\s"]+)/g,
    (pair, before: string, name: string, value: string) =>
      isSecret(decoded(name), decoded(value)) ? `${before}${name}=${REMOVED}` : pair,
  );
}

/** In an address `code` lets its caller in; in a body or a variable it is a voucher's, or a country's. */
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

/** Not a file's name. */
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
