import { timingSafeEqual } from "node:crypto";
import { untrusted, WebhookRefusal } from "../../webhook_refusal.ts";
import type { ChannelDirectory, ConnectedNumber } from "./channel_directory.ts";
import { verifySignature } from "./signature.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const LONGEST_CHALLENGE = 1000;

/** The verified signer of a body: the fingerprint of the app secret, and a channel that has this secret. */
export type Signed = { app: string; channel: ConnectedNumber };

/** @throws WebhookRefusal 401 if the address belongs to neither a channel nor an app */
export async function requireAddress(directory: ChannelDirectory, address: string): Promise<void> {
  if (!UUID.test(address) || (await directory.atAddress(address)).length === 0) throw untrusted();
}

/**
 * Returns the signer of a body that was posted to an address.
 * @throws WebhookRefusal 401, which does not reveal the reason
 */
export async function verifySigned(
  directory: ChannelDirectory,
  address: string,
  body: Buffer,
  signature: string,
): Promise<Signed> {
  const known = await directory.atAddress(address);
  // The secret can have changed since the cache was filled.
  const signed =
    signerAmong(known, body, signature) ??
    signerAmong(await directory.atAddress(address, true), body, signature);
  if (signed === null) throw untrusted();
  return signed;
}

function signerAmong(channels: readonly ConnectedNumber[], body: Buffer, signature: string): Signed | null {
  const tried = new Set<string>();
  for (const channel of channels) {
    for (const [at, secret] of channel.secrets.appSecrets.entries()) {
      const app = channel.apps[at]!;
      if (tried.has(app)) continue;
      if (verifySignature(body, signature, [secret])) return { app, channel };
      tried.add(app);
    }
  }
  return null;
}

/**
 * Returns the challenge with which Meta verifies an address.
 * @throws WebhookRefusal 403 if the verify token does not match
 */
export async function verifiedChallenge(
  directory: ChannelDirectory,
  address: string,
  query: { [key: string]: unknown },
): Promise<string> {
  const { "hub.mode": mode, "hub.verify_token": token, "hub.challenge": challenge } = query;
  const isAsked =
    mode === "subscribe" &&
    typeof token === "string" &&
    typeof challenge === "string" &&
    challenge.length <= LONGEST_CHALLENGE;
  if (isAsked && UUID.test(address)) {
    for (const isFresh of [false, true]) {
      const expected = await directory.verifyTokens(address, isFresh);
      if (expected.some((each) => isSame(token, each))) return challenge;
    }
  }
  throw new WebhookRefusal(403, "PYSIG", "the verify token is wrong");
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
