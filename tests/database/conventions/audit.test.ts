import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { borrowTestDatabase, type TestDatabase } from "../../support/database.ts";

/**
 * Tables without a trigger that writes audit entries, and why. Audited is what an admin or the operator decides: who may
 * come in, what is connected, what bots do and whom they ask, and what cannot be taken back.
 */
const WORK = "daily work in conversations, which the messages themselves show";
const PROVIDER = "reported by the provider, and kept as webhook events";
const PROGRAM = "the program's own bookkeeping";
const ERASURE = "follows from erasing a contact, which is audited";
const NOT_AUDITED: Record<string, string> = {
  "app_public.audit_entries": "the record itself",
  "app_public.channel_kinds": "written by migrations only",
  "app_public.media_limits": "written by migrations only",
  "app_public.consents": "never changed; each says who recorded it",
  "app_public.contact_attributions": PROVIDER,
  "app_public.conversions": "never changed by users; each shows its own outcome",
  "app_public.contact_blocks": "daily work; each shows its outcome",
  "app_public.contact_identities": "follows from contacts, and from what the provider reports",
  "app_public.contact_sensitive_values": "daily work, like other values of custom fields",
  "app_public.contact_tags": WORK,
  "app_public.conversation_contexts": "runs of chatbots, which keep their own history",
  "app_public.conversation_participants": WORK,
  "app_public.conversations": WORK,
  "app_public.erasures": ERASURE,
  "app_public.group_contacts": WORK,
  "app_public.groups": WORK,
  "app_public.imports": "each says who uploaded the file",
  "app_public.import_rows": "rows of a file",
  "app_public.media": "files of messages; each says who uploaded it",
  "app_public.handoffs": "follow from conversations and messages",
  "app_public.mentions": "follow from notes, which are messages",
  "app_public.message_changes": "follow from messages, which are never changed",
  "app_public.message_statuses": PROVIDER,
  "app_public.message_archives": "follow from messages and retention rules",
  "app_public.retention_runs": "the record of what retention rules have done",
  "app_public.messages": "never changed; each says who wrote it",
  "app_public.presences": "for seconds only",
  "app_public.segments": WORK,
  "app_public.scheduled_messages": WORK,
  "app_public.tags": WORK,
  "app_public.templates": PROVIDER,
  "app_public.template_changes": "rows say who requested what; nothing else changes them",
  "app_public.canned_replies": WORK,
  "app_public.views": WORK,
  "app_public.webhook_events": PROVIDER,
  "app_public.campaign_recipients": "determined at the start of a campaign, which is audited",
  "app_private.audit_seals": "hashes of the record",
  "app_private.sealed_audit_entries": "hashes of the record",
  "app_private.ai_calls": PROGRAM,
  "app_private.api_key_secrets": "hashes of keys: the keys are audited",
  "app_private.backups": PROGRAM,
  "app_private.campaign_audience_parts": PROGRAM,
  "app_private.campaign_feeds": PROGRAM,
  "app_private.campaign_progress": PROGRAM,
  "app_private.change_channels": PROGRAM,
  "app_private.changes": PROGRAM,
  "app_private.channel_states": PROGRAM,
  "app_private.initiated_contacts": PROGRAM,
  "app_private.chatbot_activity": PROGRAM,
  "app_private.chatbot_events": PROGRAM,
  "app_private.chatbot_stats": PROGRAM,
  "app_private.chatbot_turn_takers": PROGRAM,
  "app_private.conversation_notices": PROGRAM,
  "app_private.contact_facts": PROVIDER,
  "app_private.erased_addresses": ERASURE,
  "app_private.erased_messages": ERASURE,
  "app_private.erasure_keys": "follow from tenants, which are audited",
  "app_private.pending_erasures": ERASURE,
  "app_private.idempotency_keys": PROGRAM,
  "app_private.retention_defaults": "the operator's, who has no other record",
  "app_private.recovery_codes": "hashes of codes: totp_secrets is audited",
  "app_private.password_resets": "requests by anyone: the new password is audited",
  "app_private.invitation_secrets": "hashes of tokens: the invitations are audited",
  "app_private.media_files": PROGRAM,
  "app_private.media_uploads": PROGRAM,
  "app_private.message_words": PROGRAM,
  "app_private.outbox": PROGRAM,
  "app_private.outbox_lanes": PROGRAM,
  "app_private.outdated_words": PROGRAM,
  "app_private.search_progress": PROGRAM,
  "app_private.early_statuses": PROGRAM,
  "app_private.provider_ids": PROGRAM,
  "app_private.provider_media": PROGRAM,
  "app_private.sign_in_failures": "strangers' attempts, counted",
  "app_private.sign_in_sources": "strangers' attempts, counted",
  "app_private.unused_media_files": PROGRAM,
  "app_private.webhook_addresses": "follows from channels",
};

let database: TestDatabase;
before(async () => {
  database = await borrowTestDatabase();
});
after(() => database.drop());

test("every table is audited, or is listed here with the reason why not", async () => {
  const { rows } = await database.pool.query<{ name: string; is_audited: boolean }>(
    `select c.oid::regclass::text as name, exists (
       select from pg_trigger g
       where g.tgrelid = c.oid and g.tgfoid = 'app_private.tg__audit'::regproc
     ) as is_audited
     from pg_class c
     where c.relnamespace::regnamespace::text in ('app_public', 'app_private')
     and c.relkind in ('r', 'p') and not c.relispartition`,
  );
  const wrong = rows.filter(({ name, is_audited }) => is_audited === Object.hasOwn(NOT_AUDITED, name));
  assert.deepEqual(wrong, []);
});

test("no value of a table of secrets is copied into the record", async () => {
  const { rows } = await database.pool.query<{ name: string; masked: string }>(
    `select c.relname as name, split_part(encode(g.tgargs, 'escape'), '\\000', 1) as masked
     from pg_trigger g
     join pg_class c on c.oid = g.tgrelid
     where g.tgfoid = 'app_private.tg__audit'::regproc and c.relname like '%\\_secrets'`,
  );
  assert.deepEqual([...new Set(rows.map(({ name }) => name))].sort(), [
    ...["channel_secrets", "data_source_secrets", "google_account_secrets", "totp_secrets", "user_secrets"],
  ]);
  for (const { name, masked } of rows) assert.equal(masked, "{*}", name);
});
