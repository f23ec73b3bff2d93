import { createHmac, type KeyObject, timingSafeEqual } from "node:crypto";
import type { KeyRing } from "../secrets/key_ring.ts";

/** The address at which a run receives callbacks: `<base>/callbacks/<run id>/<token>`. The token is the only authentication. */
export function callbackAddress(base: string, runId: string, ring: KeyRing): string {
  return `${base}/callbacks/${runId}/${tokenOf(runId, ring.keys.get(ring.current)!)}`;
}

/** Whether a token is a run's, signed with the current key or a former one. Compares in constant time. */
export function isCallbackToken(runId: string, token: string, ring: KeyRing): boolean {
  const given = Buffer.from(token);
  return [...ring.keys.values()].some((key) => {
    const expected = Buffer.from(tokenOf(runId, key));
    return expected.length === given.length && timingSafeEqual(expected, given);
  });
}

function tokenOf(runId: string, key: KeyObject): string {
  return createHmac("sha256", key).update("parley/callback/1").update(runId).digest("base64url");
}
