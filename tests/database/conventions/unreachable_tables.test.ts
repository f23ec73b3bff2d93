import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { borrowTestDatabase, type TestDatabase } from "../../support/database.ts";

/** Tables without any policy, each with the reason why nobody who signs in may reach it. */
const REASONS: Record<string, string> = {
  "app_private.user_secrets": "password hashes: sign_in() and set_password() are the ways in",
  "app_private.sessions": "refresh tokens: sign_in(), refresh_session() and sign_out() are the ways in",
  "app_private.change_channels": "the channel of all tenants' ids: change_channel() is for the owner",
  "app_private.changes": "the ids of all tenants' changes: changes_since() returns those of the caller's",
  "app_private.backups": "written by the command line, for operators",
  "app_private.audit_seals": "hashes of the audit entries: parley audit verify reads them",
  "app_private.sealed_audit_entries": "hashes of the audit entries: parley audit verify reads them",
  "app_private.api_key_secrets": "keys' hashes: create_api_key() and use_api_key() are the ways in",
  "app_private.invitation_secrets": "tokens' hashes: invite_user() and accept_invitation() are the ways in",
  "app_private.totp_secrets": "sealed secrets: start_totp(), find_totp() and remove_totp() are the ways in",
  "app_private.recovery_codes": "hashes of codes: sign_in() uses them up",
  "app_private.password_resets":
    "tokens' hashes: request_password_reset() and reset_password() are the ways in",
  "app_private.sign_in_failures": "says who has an account: sign_in() alone counts",
  "app_private.sign_in_sources": "where people sign in from: check_password() alone notes",
  "app_private.channel_secrets": "credentials: write-only, through set_channel_secrets()",
  "app_private.webhook_addresses": "the receiver's: where a Meta app's callback address leads",
  "app_private.channel_states": "the sender's own bookkeeping",
  "app_private.message_words":
    "the words of all tenants' messages: search_messages() finds those of the caller's",
  "app_private.search_progress": "the bookkeeping of indexing",
  "app_private.outdated_words": "filled by triggers, emptied by the indexing",
  "app_private.outbox": "filled by triggers, emptied by the sender",
  "app_private.media_uploads": "filled by the sender, emptied by the task upload_media",
  "app_private.outbox_lanes": "filled by triggers, emptied by the sender",
  "app_private.early_statuses": "provider statuses of messages not known yet",
  "app_private.provider_ids":
    "which message a provider's id stands for: the receiver and the sender look it up",
  "app_private.conversation_notices": "filled and emptied by triggers of one statement",
  "app_private.contact_facts": "how old the provider's word of a contact is: the receiver's bookkeeping",
  "app_private.erasure_keys": "hash the addresses of contacts: nobody has to read them",
  "app_private.pending_erasures": "the addresses of erased contacts, until the task has found them all",
  "app_private.erased_addresses": "keep stored webhooks from bringing erased contacts back",
  "app_private.erased_messages": "keep the provider from bringing erased messages back",
  "app_private.idempotency_keys": "what clients called their requests: send_message() is the way in",
  "app_private.campaign_audience_parts": "the feeder's own bookkeeping",
  "app_private.campaign_feeds": "the feeder's own bookkeeping",
  "app_private.campaign_progress": "the feeder's own bookkeeping",
  "app_private.initiated_contacts": "counted by triggers, for the feeder",
  "app_private.media_files": "where the storage has files: the program serves them",
  "app_private.unused_media_files": "files that are to be removed from the storage",
  "app_private.provider_media": "the provider's ids of media: the program fetches and uploads",
  "app_private.chatbot_events": "filled by triggers, emptied by the chatbot task",
  "app_private.chatbot_turn_takers": "the chatbot task's bookkeeping",
  "app_private.chatbot_activity": "left by turns to be counted: chatbot_node_stats() reads",
  "app_private.chatbot_stats": "counted from chatbot_activity: chatbot_node_stats() reads",
  "app_private.retention_defaults": "the operator's to set: retention_preview() shows what they do",
  "app_private.ai_budgets": "the operator's to set",
  "app_private.ai_calls": "the chatbot task's bookkeeping",
  "app_private.data_source_secrets": "credentials: write-only, through set_data_source_token()",
  "app_private.google_account_secrets": "credentials: write-only, through set_google_account()",
};

let database: TestDatabase;
before(async () => {
  database = await borrowTestDatabase();
});
after(() => database.drop());

test("every table has a policy, or a stated reason for having none", async () => {
  const { rows } = await database.pool.query<{ name: string }>(
    `select c.oid::regclass::text as name
     from pg_class c
     where c.relnamespace::regnamespace::text in ('app_public', 'app_hidden', 'app_private')
     and c.relkind in ('r', 'p')
     and not c.relispartition
     and not exists (select from pg_policy p where p.polrelid = c.oid)
     order by name`,
  );
  assert.deepEqual(
    rows.map(({ name }) => name),
    Object.keys(REASONS).sort(),
  );
});
