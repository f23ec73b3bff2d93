import type { ChannelKind } from "../channels/channel_kind.ts";
import type { TrustContext, Webhooks, WebhookTrust } from "../channels/webhooks.ts";

/** A kind of channel with webhooks, opened for this process. */
export type WebhookKind = Pick<Webhooks, "path" | "read"> & { kind: string; trust: WebhookTrust };

export function openWebhookKinds(kinds: readonly ChannelKind[], context: TrustContext): WebhookKind[] {
  return kinds.flatMap(({ kind, webhooks }) =>
    webhooks ? [{ kind, path: webhooks.path, read: webhooks.read, trust: webhooks.openTrust(context) }] : [],
  );
}
