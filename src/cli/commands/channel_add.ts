import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import { publicUrl, webhookUrl } from "../../base/address.ts";
import { inTransaction } from "../../database/pipeline.ts";
import { readKeyRing } from "../../secrets/secret_keys.ts";
import { addChannel } from "../../services/add_channel.ts";
import { findTenant } from "../../services/find.ts";
import { type SecretOptions, sourcesOf, withSecrets } from "../channel_secrets.ts";
import { type CommonOptions, define } from "../define.ts";
import { print, remark } from "../print.ts";
import { readSecret, requireSecret } from "../read_secret.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions &
  SecretOptions & {
    tenant: string;
    phoneNumberId: string;
    businessAccountId: string;
    displayPhoneNumber: string;
    name?: string;
    graphUrl?: string;
  };

/** `parley channel add`. */
export function channelAdd(): Command {
  const command = define(
    "add",
    "Connect a WhatsApp Cloud API number, and print the webhook address to enter at Meta",
    "parley channel add --tenant bakery --phone-number-id 1055… --business-account-id 1022… --display-phone-number 15550001111 --access-token - --app-secret …",
  )
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .requiredOption("--phone-number-id <id>", "Meta's id of the number, not the number itself")
    .requiredOption("--business-account-id <id>", "the WhatsApp Business Account (WABA) it belongs to")
    .requiredOption("--display-phone-number <number>", "the number customers see")
    .option("--name <name>", "what colleagues see; default: the number")
    .option("--graph-url <url>", "its Graph API, when that is not WHATSAPP_GRAPH_URL: a sandbox, a proxy");
  return withSecrets(command, "made and shown once unless given").action(async (options: Options) => {
    const sources = sourcesOf(options);
    const accessToken = await requireSecret(sources.accessToken);
    const appSecret = await requireSecret(sources.appSecret);
    const givenToken = await readSecret(sources.verifyToken);
    const verifyToken = givenToken ?? randomBytes(24).toString("base64url");
    await onDatabase(async ({ pool, config }) => {
      const keyRing = await readKeyRing(config);
      const { id, webhook_key } = await inTransaction(pool, async (db) => {
        const tenantId = await findTenant(db, options.tenant);
        const channel = { ...options, tenantId, name: options.name ?? options.displayPhoneNumber };
        const added = await addChannel(db, channel, { accessToken, appSecret, verifyToken }, keyRing);
        const { rows } = await db.query<{ id: string; webhook_key: string }>(
          "select id, webhook_key from app_public.channels where id = $1",
          [added],
        );
        return rows[0]!;
      });
      const address = webhookUrl(publicUrl(config), webhook_key);
      const shown = givenToken === undefined ? { verifyToken } : {};
      print(
        options,
        { id, webhookUrl: address, ...shown },
        `Connected. Channel ${id}\nWebhook address: ${address}`,
      );
      if (shown.verifyToken) remark(options, `Verify token, shown this once: ${verifyToken}`);
    });
  });
}
