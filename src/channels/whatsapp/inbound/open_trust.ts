import type { IncomingHttpHeaders } from "node:http";
import { untrusted } from "../../webhook_refusal.ts";
import type { TrustContext, WebhookTrust } from "../../webhooks.ts";
import { createChannelDirectory } from "./channel_directory.ts";
import { senderFor } from "./route_facts.ts";
import { hasSignatureShape } from "./signature.ts";
import { requireAddress, verifiedChallenge, verifySigned } from "./trust.ts";

/** Authenticates webhooks by their signature: Meta signs each body with the secret of the app it posts for. */
export function openTrust({ pool, keyRing }: TrustContext): WebhookTrust {
  const directory = createChannelDirectory(pool, keyRing);
  return {
    answerChallenge: (address, query) => verifiedChallenge(directory, address, query),
    checkHeaders: (headers) => void signatureOf(headers),
    checkAddress: (address) => requireAddress(directory, address),
    async authenticate(address, headers, body) {
      return senderFor(await verifySigned(directory, address, body, signatureOf(headers)), directory);
    },
    async senderOf(channelId) {
      const channel = await directory.byId(channelId);
      return channel && senderFor({ app: channel.apps[0] ?? "", channel }, directory);
    },
  };
}

/** @throws WebhookRefusal 401 if the header is missing or malformed */
function signatureOf(headers: IncomingHttpHeaders): string {
  const signature = headers["x-hub-signature-256"];
  if (typeof signature !== "string" || !hasSignatureShape(signature)) throw untrusted();
  return signature;
}
