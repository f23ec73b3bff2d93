import { placeholdersIn } from "../text/template.ts";

/** The text that replaces a secret. */
export const REMOVED = "REMOVED";

/** Names whose values are secrets, in fields of nodes and everywhere else. */
const SECRET_FIELD =
  /(authorization|passw(or)?d|secret|token|api[-_]?key|cookie|credential|private[-_]?key)s?$/i;
const SECRET_VALUE = /^(bearer|basic)\s+\S{8,}$/i;

/** Final words of names of secrets among parameters, fields of bodies and variables. */
const SECRET_WORD =
  /^(?:\w*(?:authorization|passw(?:or)?d|passphrase|passcode|secret|token|signature|credential|cookie|cert)|(?:access|api|auth|app|client|license|master|private|secret|shared|signing|subscription)?key|auth|hash|hmac|jwt|otp|pass|pin|pwd|session|sid|sig)s?$/;

/** Headers without secrets. All other headers may contain one. */
export const HARMLESS_HEADER =
  /^(accept(-(charset|encoding|language))?|cache-control|content-(language|type)|if-(none-)?match|if-modified-since|prefer|user-agent)$/i;
/** A switch, a small number, a version, a date, a media type: not a secret, unless its name says so. */
const HARMLESS_VALUE =
  /^(true|false|on|off|yes|no|none|v?\d{1,3}(\.\d{1,3}){0,2}|\d{4}-\d\d-\d\d|[a-z]+\/[a-z.+-]+)$/i;

/** Whether a value is literal, and not taken from a variable. In Flow JSON `${…}` refers to a value. */
export function isLiteral(value: string): boolean {
  return value !== "" && !/\$\{/.test(value) && placeholdersIn(value).length === 0;
}

/** Whether the value of a field in a graph or in Flow JSON is a secret. */
export function isSecretField(name: string, value: string): boolean {
  return isLiteral(value) && (SECRET_FIELD.test(name) || SECRET_VALUE.test(value));
}

/** Whether a parameter of a URL, a field of a body or a variable is a secret: by its name, or because it looks random. */
export function isSecretParameter(name: string, value: string): boolean {
  if (!isLiteral(value)) return false;
  const words = name.match(/[A-Z]?[a-z\d]+|[A-Z]+(?![a-z])/g) ?? [name];
  const last = (words.at(-1) ?? "").toLowerCase();
  return isSecretField(name, value) || SECRET_WORD.test(last) || looksRandom(value);
}

export function isSecretHeader(name: string, value: string): boolean {
  if (!isLiteral(value) || HARMLESS_HEADER.test(name)) return false;
  return isSecretParameter(name, value) || !HARMLESS_VALUE.test(value);
}

/** Whether a value is a long sequence of letters and digits, unlike names and numbers that people write. */
export function looksRandom(value: string): boolean {
  if (!/^[\w.~+/=:-]{16,}$/.test(value) || !/[a-z]/i.test(value) || !/\d/.test(value)) return false;
  // `2026-summer-campaign` consists of words; in `sk_live_51HxQ` letters and digits are mixed.
  return /[a-z]\d|\d[a-z]/i.test(value);
}
