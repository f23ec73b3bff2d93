import { text } from "node:stream/consumers";
import { ParleyError } from "../base/errors.ts";
import { CREDENTIAL, CREDENTIAL_RULE } from "../secrets/credential.ts";

/** Longer than any password may be. */
const LONGEST = 4096;

/** The places that a secret is read from, in this order. */
export type SecretSource = {
  /** The command-line flag: `--access-token`. */
  flag: string;
  /** The flag's value; `-` means standard input. */
  value: string | undefined;
  /** The environment variable that is read when the flag is absent. */
  variable: string;
  /** A provider's credential, for which GraphQL has the same rule; otherwise a password. */
  isCredential?: boolean;
};

/** Reads a secret; undefined when it was not given. Throws PYREQ when its form is not valid. */
export async function readSecret(source: SecretSource): Promise<string | undefined> {
  const { flag, value, variable, isCredential = false } = source;
  const given =
    value === "-" ? await readStandardInput(flag) : (value ?? (process.env[variable] || undefined));
  if (given === undefined) return undefined;
  // The error never quotes the secret, not even the invalid part.
  if (given === "") throw new ParleyError("PYREQ", `${flag} is empty`);
  if (isCredential && !CREDENTIAL.test(given)) throw new ParleyError("PYREQ", `${flag} ${CREDENTIAL_RULE}`);
  if (!isCredential && given.length > LONGEST)
    throw new ParleyError("PYREQ", `${flag} is longer than ${LONGEST} characters`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern searches for control characters
  if (/[\x00-\x1f\x7f]/.test(given))
    throw new ParleyError("PYREQ", `${flag} must not contain control characters or line breaks`);
  return given;
}

/** {@link readSecret} for a secret that is required. Throws PYREQ when it was not given. */
export async function requireSecret(source: SecretSource): Promise<string> {
  const secret = await readSecret(source);
  if (secret !== undefined) return secret;
  throw new ParleyError(
    "PYREQ",
    `Missing: ${source.flag} (or ${source.variable}; "-" reads it from standard input)`,
  );
}

let reader: string | undefined;

async function readStandardInput(flag: string): Promise<string> {
  if (reader !== undefined)
    throw new ParleyError("PYREQ", `Only one of ${reader} and ${flag} can come from standard input`);
  reader = flag;
  return (await text(process.stdin)).replace(/\r?\n$/, "");
}
