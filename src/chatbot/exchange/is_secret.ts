import { placeholdersIn } from "../text/template.ts";

/** What stands where a secret stood. */
export const REMOVED = "REMOVED";

/** Names of our own fields, and of any others wherever they stand, whose values are secrets. */
const SECRET_FIELD =
  /(authorization|passw(or)?d|secret|token|api[-_]?key|cookie|credential|private[-_]?key)s?$/i;
const SECRET_VALUE = /^(bearer|basic)\s+\S{8,}$/i;

/** Last words of names that others gave: of parameters, of a body's fields, of variables. */
const SECRET_WORD =
  /^(?:\w*(?:authorization|passw(?:or)?d|passphrase|passcode|secret|token|signature|credential|cookie|cert)|(?:access|api|auth|app|client|license|master|private|secret|shared|signing|subscription)?key|auth|hash|hmac|jwt|otp|pass|pin|pwd|session|sid|sig)s?$/;

/** Headers that carry no secret. Any other may, whatever its name. */
export const HARMLESS_HEADER =
  /^(accept(-(charset|encoding|language))?|cache-control|content-(language|type)|if-(none-)?match|if-modified-since|prefer|user-agent)$/i;
/** A switch, a small number, a version, a date, a media type: not a secret, unless its name says so. */
const HARMLESS_VALUE =
  /^(true|false|on|off|yes|no|none|v?\d{1,3}(\.\d{1,3}){0,2}|\d{4}-\d\d-\d\d|[a-z]+\/[a-z.+-]+)$/i;

/** Does a value come from the author, and not from a variable? In a form's own JSON a `$` and braces name a value. */
export function isLiteral(value: string): boolean {
  return value !== "" && !/\$\{/.test(value) && placeholdersIn(value).length === 0;
}

/** A field of a graph, or of something that came with it. */
export function isSecretField(name: string, value: string): boolean {
  return isLiteral(value) && (SECRET_FIELD.test(name) || SECRET_VALUE.test(value));
}

/** A parameter of an address, a field of a body or a variable: by its name, or because it looks like nothing else. */
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

/** Letters and digits without a pause, longer than what people name or number by hand. */
export function looksRandom(value: string): boolean {
  if (!/^[\w.~+/=:-]{16,}$/.test(value) || !/[a-z]/i.test(value) || !/\d/.test(value)) return false;
  // `2026-summer-campaign` is words; in `sk_live_51HxQ` letters and digits are mixed.
  return /[a-z]\d|\d[a-z]/i.test(value);
}
