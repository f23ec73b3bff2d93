import { timingSafeEqual } from "node:crypto";
import type { ChannelDirectory, WebhookChannel } from "./channel_directory.ts";
import { untrusted, WebhookRefusal } from "./refusal.ts";
import { verifySignature } from "./signature.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const LONGEST_CHALLENGE = 1000;

/**
 * The channel of the address, if the body is signed with its app's secret.
 * @throws WebhookRefusal 401, which tells nothing about why
 */
export async function signedChannel(
  directory: ChannelDirectory,
  channelId: string,
  body: Buffer,
  signature: string,
): Promise<WebhookChannel> {
  if (!UUID.test(channelId)) throw untrusted();
  const known = await directory.byId(channelId);
  if (known === null) throw untrusted();
  if (verifySignature(body, signature, known.secrets.appSecrets)) return known;
  // The secret may have been changed since it was last read.
  const fresh = await directory.byId(channelId, true);
  if (fresh !== null && verifySignature(body, signature, fresh.secrets.appSecrets)) return fresh;
  throw untrusted();
}

/**
 * What Meta wants to hear before it trusts an address.
 * @throws WebhookRefusal 403
 */
export async function verifiedChallenge(
  directory: ChannelDirectory,
  channelId: string,
  query: { [key: string]: unknown },
): Promise<string> {
  const { "hub.mode": mode, "hub.verify_token": token, "hub.challenge": challenge } = query;
  const isAsked =
    mode === "subscribe" &&
    typeof token === "string" &&
    typeof challenge === "string" &&
    challenge.length <= LONGEST_CHALLENGE;
  if (isAsked && UUID.test(channelId)) {
    for (const isFresh of [false, true]) {
      const expected = (await directory.byId(channelId, isFresh))?.secrets.verifyToken;
      if (typeof expected === "string" && isSame(token, expected)) return challenge;
    }
  }
  throw new WebhookRefusal(403, "PYSIG", "the verify token is wrong");
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
