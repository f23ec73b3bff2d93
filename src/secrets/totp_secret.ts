import { type Envelope, open, seal } from "./envelope.ts";
import type { KeyRing } from "./key_ring.ts";
import { placeOf } from "./place.ts";

/** Seals the secret of a user's authenticator app, in base32, for its row of app_private.totp_secrets. */
export function sealTotpSecret(userId: string, secret: string, ring: KeyRing): Envelope {
  return seal(secret, address(userId), ring);
}

/** Opens the secret of a user's authenticator app. Throws EnvelopeError when it was not sealed for that row. */
export function openTotpSecret(userId: string, envelope: Envelope, ring: KeyRing): string {
  return open(envelope, address(userId), ring);
}

function address(userId: string): string {
  return placeOf("app_private.totp_secrets", [userId], "secret");
}
