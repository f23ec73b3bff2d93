import { createHmac } from "node:crypto";
import { EnvelopeError, keyIdOf, open, seal } from "./envelope.ts";
import type { KeyRing } from "./key_ring.ts";
import { placeOf } from "./place.ts";

/** A channel's credentials in plain text. They are kept in memory only. */
export type ChannelSecrets = {
  accessToken: string | null;
  /** The current app secret, then the previous one, which is accepted until the next rotation. */
  appSecrets: string[];
  /** Fingerprints of `appSecrets`, in their order, as they are stored beside them. */
  apps: string[];
  verifyToken: string | null;
};

/** The secrets that an admin gives when connecting a channel or changing its secrets. */
export type GivenChannelSecrets = {
  accessToken?: string | undefined;
  appSecret?: string | undefined;
  verifyToken?: string | undefined;
};

/** The columns of app_private.channel_secrets that hold envelopes. */
export type SealedColumns = {
  access_token: string | null;
  app_secret: string | null;
  previous_app_secret: string | null;
  verify_token: string | null;
};

/**
 * Seals the given secrets for that channel's row, for app_private.set_channel_secrets(). `app_secret_fingerprint`
 * is a keyed hash that shows which channels belong to one app at the provider, without revealing the secret.
 */
export function sealChannelSecrets(
  channelId: string,
  given: GivenChannelSecrets,
  ring: KeyRing,
): Record<string, string> {
  const sealed: Record<string, string> = {};
  if (given.accessToken !== undefined)
    sealed.access_token = seal(given.accessToken, address(channelId, "access_token"), ring);
  if (given.appSecret !== undefined) {
    sealed.app_secret = seal(given.appSecret, address(channelId, "app_secret"), ring);
    sealed.app_secret_fingerprint = appFingerprint(given.appSecret, ring);
  }
  if (given.verifyToken !== undefined)
    sealed.verify_token = seal(given.verifyToken, address(channelId, "verify_token"), ring);
  return sealed;
}

/** Opens a row of app_private.channel_secrets. Throws EnvelopeError when a secret was not sealed for that row. */
export function openChannelSecrets(channelId: string, row: SealedColumns, ring: KeyRing): ChannelSecrets {
  // The previous app secret was sealed as the current one, and its envelope is not changed.
  const at = (envelope: string | null, column: string) =>
    envelope === null ? [] : [open(envelope, address(channelId, column), ring)];
  const appAt = (envelope: string | null) =>
    at(envelope, "app_secret").map((secret) => ({
      secret,
      app: appFingerprint(secret, ring, keyIdOf(envelope!)),
    }));
  /** A previous secret that can no longer be opened (the key was changed) is ignored. */
  const previous = () => {
    try {
      return appAt(row.previous_app_secret);
    } catch (error) {
      if (error instanceof EnvelopeError && error.reason === "unknown_key") return [];
      throw error;
    }
  };
  const apps = [...appAt(row.app_secret), ...previous()];
  return {
    accessToken: at(row.access_token, "access_token")[0] ?? null,
    appSecrets: apps.map(({ secret }) => secret),
    apps: apps.map(({ app }) => app),
    verifyToken: at(row.verify_token, "verify_token")[0] ?? null,
  };
}

function address(channelId: string, column: string): string {
  return placeOf("app_private.channel_secrets", [channelId], column);
}

/** A fingerprint that distinguishes apps at a provider by their secret, without revealing the secret. */
export function appFingerprint(appSecret: string, ring: KeyRing, keyId = ring.current): string {
  const key = ring.keys.get(keyId)!;
  return createHmac("sha256", key).update("parley/app-secret-fingerprint/1").update(appSecret).digest("hex");
}
