import type { ListedTable } from "./table_list.ts";

const MEMBER = "user_id in (select m.user_id from app_public.memberships m where m.tenant_id = :tenant)";
const OF_CHANNEL = "channel_id in (select c.id from app_public.channels c where c.tenant_id = :tenant)";

/**
 * Which rows of a table belong to a tenant, for tables without `tenant_id`, and for those that stay behind (null). A test
 * fails when a table is in neither group.
 */
const CONDITIONS: Readonly<Record<string, string | null>> = {
  "app_public.tenants": "id = :tenant",
  "app_public.users": MEMBER.replace("user_id", "id"),
  "app_private.user_secrets": MEMBER,
  "app_private.totp_secrets": MEMBER,
  "app_private.recovery_codes": MEMBER,
  "app_private.api_key_secrets":
    "api_key_id in (select k.id from app_public.api_keys k where k.tenant_id = :tenant)",
  "app_private.channel_secrets": OF_CHANNEL,
  "app_private.channel_states": OF_CHANNEL,
  "app_private.early_statuses": OF_CHANNEL,
  "app_private.data_source_secrets":
    "data_source_id in (select d.id from app_public.data_sources d where d.tenant_id = :tenant)",
  "app_private.invitation_secrets":
    "invitation_id in (select i.id from app_public.invitations i where i.tenant_id = :tenant)",
  "app_private.provider_ids":
    "message_id in (select m.id from app_public.messages m where m.tenant_id = :tenant)",

  // The installation's, not a tenant's.
  "app_hidden.phone_regions": null,
  "app_private.audit_seals": null,
  "app_private.sealed_audit_entries": null,
  "app_private.backups": null,
  "app_private.retention_defaults": null,
  "app_private.change_channels": null,
  "app_public.channel_kinds": null,
  "app_public.media_limits": null,
  // Addresses of the other installation, and what exists for seconds or until a person signs in again.
  "app_private.webhook_addresses": null,
  "app_private.chatbot_turn_takers": null,
  "app_private.conversation_notices": null,
  "app_private.password_resets": null,
  "app_private.sessions": null,
  "app_private.sign_in_failures": null,
  "app_private.sign_in_sources": null,
  "app_private.unused_media_files": null,
};

/** Which rows of a table belong to a tenant; null: none. Throws for a table that is not known. */
export function tenantCondition({ name, columns }: ListedTable, tenantId: string): string | null {
  const condition = CONDITIONS[name];
  if (condition === null) return null;
  if (condition !== undefined) return condition.replaceAll(":tenant", `'${tenantId}'`);
  if (columns.includes("tenant_id")) return `tenant_id = '${tenantId}'`;
  throw new TypeError(`tenant_tables.ts must say which rows of ${name} belong to a tenant`);
}
