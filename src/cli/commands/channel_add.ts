import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import { publicUrl, webhookUrl } from "../../base/address.ts";
import type { ChannelKind } from "../../channels/channel_kind.ts";
import type { Connection } from "../../channels/connection.ts";
import { inTransaction } from "../../database/pipeline.ts";
import { readKeyRing } from "../../secrets/secret_keys.ts";
import { findTenant } from "../../services/find.ts";
import { flagOf, sourceOf, withSecrets } from "../channel_secrets.ts";
import { type CommonOptions, define } from "../define.ts";
import { print, remark } from "../print.ts";
import { readSecret, requireSecret } from "../read_secret.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & { tenant: string; name?: string } & { [field: string]: string };

/** `parley channel add`, for one kind of channel. */
export function channelAdd({ connection, webhooks }: ChannelKind): Command {
  const settings = Object.entries(connection.settings);
  const required = settings.filter(([, { isForOperators }]) => !isForOperators).map(([name]) => name);
  const flags = [...required, ...Object.keys(connection.secrets).filter(isGiven(connection))].map(flagOf);
  const command = define(
    connection.command,
    `Connect ${connection.what}, and print the webhook address to enter at the provider`,
    `parley channel ${connection.command} --tenant bakery ${flags.map((flag) => `${flag} …`).join(" ")}`,
  ).requiredOption("--tenant <tenant>", "slug or id of the tenant");
  for (const [name, { about, placeholder, isForOperators }] of settings) {
    if (isForOperators) command.option(`${flagOf(name)} <${placeholder}>`, about);
    else command.requiredOption(`${flagOf(name)} <${placeholder}>`, about);
  }
  command.option("--name <name>", `what colleagues see; defaults to ${flagOf(connection.nameFrom)}`);
  return withSecrets(command, connection.secrets).action(async (options: Options) => {
    const { secrets, made } = await secretsFor(connection, options);
    await onDatabase(async ({ pool, config }) => {
      const keyRing = await readKeyRing(config);
      const { id, webhook_key } = await inTransaction(pool, async (db) => {
        const tenantId = await findTenant(db, options.tenant);
        const given = Object.fromEntries(settings.map(([name]) => [name, options[name]]));
        const channel = { tenantId, name: options.name, settings: given, secrets };
        const added = await connection.add(db, channel, keyRing);
        const { rows } = await db.query<{ id: string; webhook_key: string }>(
          "select id, webhook_key from app_public.channels where id = $1",
          [added],
        );
        return rows[0]!;
      });
      const address = webhooks && webhookUrl(publicUrl(config), webhooks.path, webhook_key);
      print(
        options,
        { id, ...(address && { webhookUrl: address }), ...made },
        `Connected. Channel ${id}${address ? `\nWebhook address: ${address}` : ""}`,
      );
      for (const [name, secret] of Object.entries(made))
        remark(options, `${labelOf(name)}, shown this once: ${secret}`);
    });
  });
}

function isGiven({ secrets }: Connection): (name: string) => boolean {
  return (name) => !secrets[name]?.isOurs;
}

/** All secrets of a kind of channel; `made` names the ones that were not given and have been generated. */
async function secretsFor({ secrets: fields }: Connection, options: Options) {
  const secrets: Record<string, string> = {};
  const made: Record<string, string> = {};
  for (const [name, { isOurs }] of Object.entries(fields)) {
    const source = sourceOf(name, fields, options);
    const given = isOurs ? await readSecret(source) : await requireSecret(source);
    if (given === undefined) made[name] = randomBytes(24).toString("base64url");
    secrets[name] = given ?? made[name]!;
  }
  return { secrets, made };
}

/** The label for a secret's name: `verifyToken` → `Verify token`. */
function labelOf(name: string): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
