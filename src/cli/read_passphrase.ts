import { readSecret } from "./read_secret.ts";

/** What `--passphrase` says in the help of commands that read a backup. */
export const PASSPHRASE = [
  "--passphrase <passphrase>",
  'that of the key in the backup; "-" reads it from standard input (or BACKUP_PASSPHRASE)',
] as const;

/** And of those that write one. */
export const NEW_PASSPHRASE = [
  "--passphrase <passphrase>",
  'include the secret key, sealed with this; "-" reads it from standard input (or BACKUP_PASSPHRASE)',
] as const;

export function readPassphrase(value: string | undefined): Promise<string | undefined> {
  return readSecret({ flag: "--passphrase", value, variable: "BACKUP_PASSPHRASE" });
}
