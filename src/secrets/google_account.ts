import { type Envelope, open, seal } from "./envelope.ts";
import type { KeyRing } from "./key_ring.ts";
import { placeOf } from "./place.ts";

/** The key of a row of app_private.google_account_secrets: a member. */
export type GoogleAccountRow = { tenant_id: string; user_id: string };

/** Seals one of a member's Google tokens for its column. */
export function sealGoogleToken(
  row: GoogleAccountRow,
  column: "access_token" | "refresh_token",
  token: string,
  ring: KeyRing,
): Envelope {
  return seal(token, address(row, column), ring);
}

/** Opens one of a member's Google tokens. Throws EnvelopeError when it was not sealed for that row. */
export function openGoogleToken(
  row: GoogleAccountRow,
  column: "access_token" | "refresh_token",
  envelope: Envelope,
  ring: KeyRing,
): string {
  return open(envelope, address(row, column), ring);
}

function address({ tenant_id, user_id }: GoogleAccountRow, column: string): string {
  return placeOf("app_private.google_account_secrets", [tenant_id, user_id], column);
}
