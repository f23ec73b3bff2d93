import { type Envelope, open, seal } from "./envelope.ts";
import type { KeyRing } from "./key_ring.ts";
import { placeOf } from "./place.ts";

/** Seals a data source's token for its row of app_private.data_source_secrets. */
export function sealDataSourceToken(dataSourceId: string, token: string, ring: KeyRing): Envelope {
  return seal(token, address(dataSourceId), ring);
}

/** Opens a data source's token; null when it has none. Throws EnvelopeError when it was not sealed for that row. */
export function dataSourceToken(
  { id, auth_token }: { id: string; auth_token: string | null },
  ring: KeyRing,
): string | null {
  return auth_token === null ? null : open(auth_token, address(id), ring);
}

function address(dataSourceId: string): string {
  return placeOf("app_private.data_source_secrets", [dataSourceId], "auth_token");
}
