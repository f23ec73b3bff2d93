import { cleanName } from "../base/clean_prose.ts";
import type { ContactIdentity } from "../channels/facts/contact_identity.ts";
import type { ReceivingChannel } from "../channels/webhooks.ts";

/** A customer, as app_private.resolve_contacts() expects one. */
export type CustomerRow = {
  tenant_id: string;
  channel_id: string;
  phone: string | null;
  phone_alias: string | null;
  bsuid: string | null;
  parent_bsuid: string | null;
  external: string | null;
  profile_name: string | null;
  username: string | null;
  /** When the customer had these addresses and names. Refused if the customer was erased later. */
  heard_at: string | null;
  /** The provider's id of the message that the customer answers. */
  quoted_id?: string | null;
};

/** What a fact contains about a customer besides their addresses. */
type Sighting = {
  profileName?: string | null;
  username?: string | null;
  /** By the provider's clock. */
  occurredAt: number | null;
};

/**
 * The row of a customer; null for a customer without any address. The time of receipt replaces a provider's time that is
 * missing or in the future.
 */
export function customerOf(
  channel: ReceivingChannel,
  { phone, phoneAlias, bsuid, parentBsuid, external }: ContactIdentity,
  { profileName = null, username = null, occurredAt }: Sighting,
  receivedAt: number,
): CustomerRow | null {
  if (phone === null && bsuid === null && parentBsuid === null && external === null) return null;
  return {
    tenant_id: channel.tenantId,
    channel_id: channel.id,
    phone,
    phone_alias: phoneAlias,
    bsuid,
    parent_bsuid: parentBsuid,
    external,
    profile_name: profileName && cleanName(profileName),
    username,
    heard_at: heardAt(occurredAt, receivedAt),
  };
}

const YEAR_2100 = Date.UTC(2100, 0);

/** An instant for `timestamptz`; null for null and for implausible instants. */
export function instant(millis: number | null): string | null {
  return millis !== null && millis > 0 && millis < YEAR_2100 ? new Date(millis).toISOString() : null;
}

/** When a fact was true, by the provider's clock, but not later than its receipt; the time of receipt if that is missing. */
export function heardAt(occurredAt: number | null, receivedAt: number): string | null {
  return instant(Math.min(occurredAt ?? receivedAt, receivedAt));
}
