import type { Db } from "../../database/db.ts";
import type { GivenChannelSecrets } from "../../secrets/channel_secrets.ts";
import type { KeyRing } from "../../secrets/key_ring.ts";
import { setChannelSecrets } from "../../secrets/set_channel_secrets.ts";

/** A WhatsApp Cloud API number, with the values that Meta's dashboard shows to its owner. */
type NewChannel = {
  tenantId: string;
  name: string;
  phoneNumberId: string;
  businessAccountId: string;
  displayPhoneNumber: string;
  /** The base URL of the Graph API for this number; defaults to WHATSAPP_GRAPH_URL. */
  graphUrl?: string | undefined;
};

/** Connects a number with the rights of the database owner, in the caller's transaction. Returns the channel's id. */
export async function addChannel(
  db: Db,
  channel: NewChannel,
  secrets: GivenChannelSecrets,
  keyRing: KeyRing,
): Promise<string> {
  const { rows } = await db.query<{ id: string }>("select app_private.add_whatsapp_channel($1, $2) as id", [
    channel.tenantId,
    {
      name: channel.name,
      phone_number_id: channel.phoneNumberId,
      business_account_id: channel.businessAccountId,
      display_phone_number: channel.displayPhoneNumber,
      graph_url: channel.graphUrl,
    },
  ]);
  const { id } = rows[0]!;
  await setChannelSecrets(db, id, secrets, keyRing);
  return id;
}
