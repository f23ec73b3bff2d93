import type { Command } from "commander";
import type { SecretField } from "../channels/connection.ts";
import { readSecret, type SecretSource } from "./read_secret.ts";

type Fields = Readonly<Record<string, SecretField>>;
type Options = { [name: string]: unknown };

/** The flag for a secret's name: `accessToken` → `--access-token`. */
export function flagOf(field: string): string {
  return `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Adds the options for a channel's secrets to a command. */
export function withSecrets(command: Command, fields: Fields): Command {
  for (const [name, { about, placeholder, variable }] of Object.entries(fields)) {
    const sources = `"-" reads it from standard input; or ${variable}`;
    command.option(`${flagOf(name)} <${placeholder}>`, `${about} ${sources}`);
  }
  return command;
}

/** The places that a secret may be read from. */
export function sourceOf(name: string, fields: Fields, options: Options): SecretSource {
  const value = options[name];
  return {
    flag: flagOf(name),
    value: typeof value === "string" ? value : undefined,
    variable: fields[name]!.variable,
    isCredential: true,
  };
}

/** The secrets that were given. */
export async function readSecrets(fields: Fields, options: Options): Promise<Record<string, string>> {
  const secrets: Record<string, string> = {};
  for (const name of Object.keys(fields)) {
    const secret = await readSecret(sourceOf(name, fields, options));
    if (secret !== undefined) secrets[name] = secret;
  }
  return secrets;
}
