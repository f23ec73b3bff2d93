import type { Access } from "../channels/outbound.ts";
import type { Failure } from "../channels/outcome.ts";
import type { ChannelRef, OutboundChannels } from "./outbound_channels.ts";

/**
 * Makes a request with a channel's access. If the provider refuses the access, the token may have been rotated since it
 * was read, which does not justify stopping the channel: the request is repeated if there is another token.
 *
 * @throws when the access cannot be read or opened
 */
export async function withAccess<R extends { kind: string }>(
  channels: OutboundChannels,
  channel: ChannelRef,
  request: (access: Access) => Promise<R | Failure>,
): Promise<R | Failure> {
  const access = await channels.accessTo(channel);
  const outcome = access === null ? NO_ACCESS : await request(access);
  if (outcome.kind !== "channel_stopped") return outcome;
  const fresh = await channels.accessTo(channel, true);
  if (fresh === null || fresh.accessToken === access?.accessToken) return outcome;
  return request(fresh);
}

const NO_ACCESS: Failure = {
  kind: "channel_stopped",
  code: null,
  title: "the channel has no access token",
  details: null,
};
