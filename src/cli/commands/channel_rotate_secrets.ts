import type { Command } from "commander";
import { ParleyError } from "../../base/errors.ts";
import type { SecretField } from "../../channels/connection.ts";
import { CHANNEL_KINDS } from "../../channels/registry.ts";
import { inTransaction } from "../../database/pipeline.ts";
import { readKeyRing } from "../../secrets/secret_keys.ts";
import { setChannelSecrets } from "../../secrets/set_channel_secrets.ts";
import { findChannel, findTenant } from "../../services/find.ts";
import { flagOf, readSecrets, withSecrets } from "../channel_secrets.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & { tenant?: string; endPrevious?: boolean } & { [field: string]: unknown };

/** The secrets of all kinds of channel: the command learns the kind only when it reads the channel. */
const SECRETS = Object.assign({}, ...CHANNEL_KINDS.map(({ connection }) => connection.secrets)) as Readonly<
  Record<string, SecretField>
>;

/** `parley channel rotate-secrets`. */
export function channelRotateSecrets(): Command {
  const command = define(
    "rotate-secrets",
    "Replace the given secrets; the previous app secret stays valid until the next rotation",
    "parley channel rotate-secrets 105500000000001 --access-token -",
  )
    .argument("<channel>", "the channel's id, or its phone number id")
    .option(
      "--tenant <tenant>",
      "slug or id of the tenant; required if several tenants have a channel with this id",
    )
    .option("--end-previous", "accept only the current app secret from now on, for example after a leak");
  return withSecrets(command, SECRETS).action(async (channel: string, options: Options) => {
    const secrets = await readSecrets(SECRETS, options);
    const replaced = Object.keys(secrets);
    const endsPreviousSecret = options.endPrevious === true;
    if (replaced.length === 0 && !endsPreviousSecret) {
      throw new ParleyError(
        "PYREQ",
        `Nothing to replace: give ${Object.keys(SECRETS).map(flagOf).join(", ")} or --end-previous`,
      );
    }
    await onDatabase(async ({ pool, config }) => {
      const keyRing = await readKeyRing(config);
      const id = await inTransaction(pool, async (db) => {
        const tenantId = options.tenant === undefined ? undefined : await findTenant(db, options.tenant);
        const found = await findChannel(db, channel, tenantId);
        await setChannelSecrets(db, found, secrets, keyRing, { endsPreviousSecret });
        return found;
      });
      const done = [
        ...(replaced.length > 0 ? [`replaced ${replaced.join(", ")}`] : []),
        ...(endsPreviousSecret ? ["only the current app secret is accepted"] : []),
      ];
      print(
        options,
        { id, replaced, ...(endsPreviousSecret && { endsPreviousSecret }) },
        `Channel ${id}: ${done.join("; ")}`,
      );
    });
  });
}
