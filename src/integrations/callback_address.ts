import { createHmac, type KeyObject, timingSafeEqual } from "node:crypto";
import type { KeyRing } from "../secrets/key_ring.ts";

/** Where a run can be called back: `<base>/callbacks/<run id>/<token>`. Whoever has the address may. */
export function callbackAddress(base: string, runId: string, ring: KeyRing): string {
  return `${base}/callbacks/${runId}/${tokenOf(runId, ring.keys.get(ring.current)!)}`;
}

/** Whether a token is a run's; under a former key too. Takes the same time for any token of its length. */
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
