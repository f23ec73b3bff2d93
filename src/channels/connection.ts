import type { Db } from "../database/db.ts";
import type { KeyRing } from "../secrets/key_ring.ts";

/**
 * What is needed to connect a channel of a kind. The mutation, the command and the options of `parley channel
 * rotate-secrets` are derived from it. Fields have names in camelCase, which become options in kebab-case.
 */
export type Connection = {
  /** What is connected, for people: "a number of such a provider". */
  what: string;
  /** The command `parley channel …` and the mutation that connect one. */
  command: string;
  mutation: string;
  /** The function of app_hidden behind it: `(channel jsonb, secrets jsonb)`, the channel's fields in snake_case. */
  sqlFunction: string;
  /** The table beside `channels` that holds the settings, by `channel_id`. */
  table: string;
  /** The settings that identify the channel at the provider; the first is its id there. */
  settings: Readonly<Record<string, SettingField>>;
  /** The setting that the channel's name defaults to. */
  nameFrom: string;
  /** Secrets, which are sealed and never shown again. */
  secrets: Readonly<Record<string, SecretField>>;
  /** Connects a channel as the owner of the database, in its transaction. Returns the channel's id. */
  add(db: Db, channel: NewChannel, keyRing: KeyRing): Promise<string>;
};

type NewChannel = { tenantId: string; name?: string | undefined; settings: Values; secrets: Values };

type Values = { [field: string]: string | undefined };

type SettingField = {
  /** For people: a GraphQL description and a line of help. */
  about: string;
  /** The name of the value in the help: `id`. */
  placeholder: string;
  /** The setting is optional and only for operators: it is not available over GraphQL. */
  isForOperators?: boolean;
};

export type SecretField = {
  about: string;
  placeholder: string;
  /** The environment variable that the command line reads it from. */
  variable: string;
  /** Parley may choose the secret: the command generates one if none is given, and shows it once. */
  isOurs?: boolean;
};

/** The column of a field: `phone_number_id` of `phoneNumberId`. */
export function columnOf(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
