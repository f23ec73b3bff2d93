import type { Command } from "commander";
import type { GivenChannelSecrets } from "../secrets/channel_secrets.ts";
import { readSecret } from "./read_secret.ts";

/** What commander makes of the options of {@link withSecrets}. */
export type SecretOptions = { accessToken?: string; appSecret?: string; verifyToken?: string };

/** Gives a command the options for a channel's secrets. */
export function withSecrets(command: Command, verifyToken: string): Command {
  return command
    .option("--access-token <token>", '"-" reads it from standard input; or WHATSAPP_ACCESS_TOKEN')
    .option("--app-secret <secret>", '"-" reads it from standard input; or WHATSAPP_APP_SECRET')
    .option("--verify-token <token>", `${verifyToken}; or WHATSAPP_VERIFY_TOKEN`);
}

/** Where each secret comes from. */
export function sourcesOf(options: SecretOptions) {
  return {
    accessToken: { flag: "--access-token", value: options.accessToken, variable: "WHATSAPP_ACCESS_TOKEN" },
    appSecret: { flag: "--app-secret", value: options.appSecret, variable: "WHATSAPP_APP_SECRET" },
    verifyToken: { flag: "--verify-token", value: options.verifyToken, variable: "WHATSAPP_VERIFY_TOKEN" },
  };
}

/** What was given of them. */
export async function readSecrets(options: SecretOptions): Promise<GivenChannelSecrets> {
  const { accessToken, appSecret, verifyToken } = sourcesOf(options);
  return {
    accessToken: await readSecret(accessToken),
    appSecret: await readSecret(appSecret),
    verifyToken: await readSecret(verifyToken),
  };
}
