import type { Db } from "../database/db.ts";
import { type GivenChannelSecrets, sealChannelSecrets } from "./channel_secrets.ts";
import type { KeyRing } from "./key_ring.ts";

/**
 * Seals the given secrets and replaces the former ones. `endsPreviousSecret`: from now on only the current app secret
 * is accepted.
 */
export async function setChannelSecrets(
  db: Db,
  channelId: string,
  secrets: GivenChannelSecrets,
  keyRing: KeyRing,
  { endsPreviousSecret = false } = {},
): Promise<void> {
  const sealed = sealChannelSecrets(channelId, secrets, keyRing);
  await db.query("select app_private.set_channel_secrets($1, $2, $3)", [
    channelId,
    sealed,
    endsPreviousSecret,
  ]);
}
