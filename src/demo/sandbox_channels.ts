import type pg from "pg";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { webhookUrl } from "../base/address.ts";
import type { Log } from "../base/log.ts";
import { SANDBOX_GRAPH_PATH } from "../http/server.ts";
import { openChannelSecrets, type SealedColumns } from "../secrets/channel_secrets.ts";
import type { KeyRing } from "../secrets/key_ring.ts";

/** Matches the Graph API addresses of a sandbox on this machine, with any port. */
const OURS = `^http://(127\\.0\\.0\\.1|localhost|\\[::1\\]):\\d+${SANDBOX_GRAPH_PATH}$`;

type SandboxChannel = {
  id: string;
  name: string;
  phoneNumberId: string;
  businessAccountId: string;
  displayPhoneNumber: string | null;
  secrets: SealedColumns;
};

/**
 * Registers numbers with the sandbox, which keeps nothing between starts: those of the channels whose Graph API is a
 * sandbox on this machine. The addresses of these channels are updated to the current port.
 *
 * @param url the address at which this process listens.
 */
export async function registerSandboxChannels(
  pool: pg.Pool,
  sandbox: Sandbox,
  url: string,
  keyRing: KeyRing,
  log: Log,
): Promise<void> {
  const graphUrl = `${url}${SANDBOX_GRAPH_PATH}`;
  await pool.query(
    "update app_public.whatsapp_channels set graph_url = $1 where graph_url ~ $2 and graph_url <> $1",
    [graphUrl, OURS],
  );
  const { rows } = await pool.query<SandboxChannel>(
    `select
       c.id,
       c.name,
       w.phone_number_id as "phoneNumberId",
       w.business_account_id as "businessAccountId",
       w.display_phone_number as "displayPhoneNumber",
       json_build_object(
         'access_token', s.access_token,
         'app_secret', s.app_secret,
         'previous_app_secret', s.previous_app_secret,
         'verify_token', s.verify_token
       ) as secrets
     from app_public.whatsapp_channels w
     join app_public.channels c on c.id = w.channel_id
     join app_private.channel_secrets s on s.channel_id = c.id
     where w.graph_url = $1
     order by c.id`,
    [graphUrl],
  );
  for (const { id, name, phoneNumberId, businessAccountId, displayPhoneNumber, secrets } of rows) {
    try {
      const { accessToken, appSecrets, verifyToken } = openChannelSecrets(id, secrets, keyRing);
      sandbox.addNumber({
        phoneNumberId,
        businessAccountId,
        displayPhoneNumber: displayPhoneNumber ?? phoneNumberId,
        verifiedName: name,
        accessToken: accessToken ?? "",
        appSecret: appSecrets[0] ?? "",
        ...(verifyToken !== null && { verifyToken }),
        webhookUrl: webhookUrl(url, "whatsapp", id),
        graphUrl,
      });
    } catch (error) {
      // Its secrets were sealed under a key that is gone: skip this channel, and register the others.
      log.warn(
        { channelId: id, err: error instanceof Error ? error.message : String(error) },
        "not in the sandbox",
      );
    }
  }
}
