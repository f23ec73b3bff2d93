import { text } from "node:stream/consumers";
import { ParleyError } from "../base/errors.ts";

/** Longer than any token of a provider. */
const LONGEST = 4096;

/** Where a secret may come from, in this order. */
export type SecretSource = {
  /** How a person gives it: `--access-token`. */
  flag: string;
  /** What followed the flag; `-` means standard input. */
  value: string | undefined;
  /** The variable that is looked at when the flag is not there. */
  variable: string;
};

/** Undefined when it was given nowhere. Throws PYREQ when it cannot be one. */
export async function readSecret({ flag, value, variable }: SecretSource): Promise<string | undefined> {
  const given =
    value === "-" ? await readStandardInput(flag) : (value ?? (process.env[variable] || undefined));
  if (given === undefined) return undefined;
  // Never shown, not even the part that is wrong.
  if (given === "") throw new ParleyError("PYREQ", `${flag} is empty`);
  if (given.length > LONGEST) throw new ParleyError("PYREQ", `${flag} is longer than ${LONGEST} characters`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\x00-\x1f\x7f]/.test(given))
    throw new ParleyError("PYREQ", `${flag} holds control characters or line breaks`);
  return given;
}

/** {@link readSecret}, where there has to be one. */
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
