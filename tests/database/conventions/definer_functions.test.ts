import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { borrowTestDatabase, type TestDatabase } from "../../support/database.ts";

/**
 * Functions that run with the owner's rights although somebody else calls them. Each is a door in the wall between
 * tenants: it is listed here with what it checks.
 */
const DOORS: Record<string, string> = {
  "app_public.campaigns_forecast": "members, and only about campaigns of their own tenant",
  "app_public.preview_campaign": "admins, and only campaigns of their own tenant",
  "app_public.send_campaign_test": "admins, and only campaigns and contacts of their own tenant",
  "app_public.approve_campaign": "users who are admins, and only campaigns of their own tenant",
  "app_hidden.accept_invitation":
    "for the API's login; needs the invitation's token, and the account's password",
  "app_hidden.change_password": "for the API's login; needs an open session and the old password",
  "app_hidden.choose_members": "agents, and only teams of their own tenant",
  "app_hidden.claim_idempotency_key": "only keys of the caller's own tenant",
  "app_hidden.create_channel": "admins, and only into their own tenant",
  "app_hidden.add_drafts": "admins, and only for their own tenant",
  "app_hidden.changed_ids": "members, and only ids of their own tenant",
  "app_hidden.changes_since": "members, and only ids of their own tenant",
  "app_hidden.current_api_key": "returns only the key that the request carries",
  "app_hidden.current_membership": "returns only the membership of the session's own person",
  "app_hidden.find_chatbot_references":
    "admins, and only about chatbots of their own tenant, and what is in it",
  "app_hidden.contact_with_phone": "agents, and only contacts of their own tenant",
  "app_hidden.contact_ids_by_text": "members, and only ids of their own tenant",
  "app_hidden.message_ids_by_text": "members, and only ids of their own tenant",
  "app_hidden.find_contacts": "members, and only ids of their own tenant",
  "app_hidden.find_messages": "members, and only ids of their own tenant",
  "app_hidden.find_message_id": "gives an id, which opens nothing: the policies of messages decide",
  "app_hidden.is_familiar_source": "for the API's login; answers yes or no",
  "app_hidden.is_program": "answers whether the login could become the owner, which no setting changes",
  "app_hidden.session_role": "for the API's login; answers with a role",
  "app_hidden.lock_chatbot_names": "admins, and only chatbots of their own tenant",
  "app_hidden.read_chatbot_export": "admins, and only chatbots of their own tenant",
  "app_hidden.store_idempotency_key": "only keys of the caller's own tenant",
  "app_hidden.mark_read": "agents, and only conversations of their own tenant",
  "app_hidden.publish_draft": "admins, and only chatbots of their own tenant",
  "app_hidden.read_chatbot_graphs": "admins, and only chatbots of their own tenant",
  "app_hidden.read_chatbot_stats": "members, and only versions of their own tenant",
  "app_hidden.read_version_graphs": "admins, and only versions of their own tenant",
  "app_hidden.record_export": "members; writes only that the caller exports something of their own tenant",
  "app_hidden.refresh_session": "for the API's login; names a session and a generation, gives no token",
  "app_hidden.remind_of_typing": "agents, and only conversations of their own tenant",
  "app_hidden.request_media": "agents, and only files of their own tenant",
  "app_hidden.confirm_totp": "for the API's login; needs a session of the user",
  "app_hidden.find_totp": "for the API's login; gives what only the program's key opens",
  "app_hidden.remove_totp": "for the API's login; needs the password and a code",
  "app_hidden.start_totp": "for the API's login; needs the password",
  "app_hidden.request_password_reset": "for the API's login; says nothing",
  "app_hidden.reset_password": "for the API's login; needs the token",
  "app_hidden.save_draft": "admins, and only chatbots of their own tenant",
  "app_hidden.set_channel_secrets": "admins, and only channels of their own tenant",
  "app_hidden.set_data_source_token": "admins, and only data sources of their own tenant",
  "app_hidden.set_google_account": "admins, and only members of their own tenant",
  "app_hidden.sign_in": "for the API's login; needs the password",
  "app_hidden.switch_tenant": "for the API's login; names a session and a generation, gives no token",
  "app_hidden.use_api_key": "for the API's login; needs the hash of the key",
  "app_hidden.notify_chatbot": "agents, and only conversations of their own tenant",
  "app_public.cancel_scheduled_message": "agents, and only messages of their own tenant",
  "app_public.scheduled_messages_idempotency_key": "members, and only messages of their own tenant",
  "app_public.retry_conversion": "agents, and only conversions of their own tenant",
  "app_public.cancel_campaign": "admins, and only campaigns of their own tenant",
  "app_public.pause_campaign": "admins, and only campaigns of their own tenant",
  "app_public.resume_campaign": "admins, and only campaigns of their own tenant",
  "app_public.retry_campaign": "admins, and only campaigns of their own tenant",
  "app_public.start_campaign": "admins, and only campaigns of their own tenant",
  "app_public.change_cursor": "gives no more than a time and a transaction's number",
  "app_public.activate_version": "admins, and only versions of their own tenant",
  "app_public.cancel_import": "agents, and only imports of their own tenant",
  "app_public.clear_data_source_token": "admins, and only data sources of their own tenant",
  "app_public.create_api_key": "admins, and only for their own tenant",
  "app_public.current_sessions": "only the person's own",
  "app_public.deactivate_chatbot": "admins, and only chatbots of their own tenant",
  "app_public.block_contact": "agents, and only contacts of their own tenant",
  "app_public.unblock_contact": "agents, and only contacts of their own tenant",
  "app_public.delete_contact": "admins, and only contacts of their own tenant",
  "app_public.deleted_contacts": "admins, and only contacts of their own tenant",
  "app_public.erase_contact": "admins, and only contacts of their own tenant",
  "app_public.retention_preview": "admins, and only about their own tenant",
  "app_public.restore_contact": "admins, and only contacts of their own tenant",
  "app_public.merge_contacts": "admins, and only contacts of their own tenant",
  "app_public.preview_contact_merge": "admins, and only contacts of their own tenant",
  "app_public.delete_note": "one's own notes; admins, those of their own tenant",
  "app_public.disconnect_google_calendar": "one's own account; admins, those of their own tenant",
  "app_public.edit_note": "only the person's own notes",
  "app_public.end_other_sessions": "ends only the person's own",
  "app_public.end_session": "ends only the person's own",
  "app_public.end_presence": "ends only the person's own",
  "app_public.revoke_api_key": "admins, and only keys of their own tenant",
  "app_public.set_availability": "only the person's own",
  "app_public.groups_count": "members, and only groups of their own tenant",
  "app_public.preview_segment": "members, and only contacts of their own tenant",
  "app_public.segments_count": "members, and only segments of their own tenant",
  "app_public.show_presence": "members, and only conversations of their own tenant",
  "app_public.invite_user": "admins, and only into their own tenant",
  "app_public.mark_mentions_read": "marks only the person's own",
  "app_public.messages_idempotency_key": "members, and only messages of their own tenant",
  "app_public.my_totp": "only the person's own",
  "app_public.my_tenants": "only the person's own",
  "app_public.start_import": "agents, and only imports of their own tenant",
  "app_public.sign_out": "ends only the session's own",
  "app_public.submit_template": "admins, and only templates of their own tenant",
  "app_public.edit_template": "admins, and only templates of their own tenant",
  "app_public.unpause_template": "admins, and only templates of their own tenant",
  "app_public.delete_template": "admins, and only templates of their own tenant",
  "app_public.sync_templates": "admins, and only accounts of their own tenant",
};

let database: TestDatabase;
before(async () => {
  database = await borrowTestDatabase();
});
after(() => database.drop());

test("security definer functions that others may call are on the list", async () => {
  const { rows } = await database.pool.query<{ name: string }>(
    `select distinct p.pronamespace::regnamespace || '.' || p.proname as name
     from pg_proc p
     where p.prosecdef
     and p.prorettype <> 'trigger'::regtype
     -- Nobody but the owner reaches app_private (grants.test.ts).
     and p.pronamespace::regnamespace::text in ('app_public', 'app_hidden')
     order by name`,
  );
  assert.deepEqual(
    rows.map(({ name }) => name),
    Object.keys(DOORS).sort(),
  );
});

test("trigger functions that run as the owner cannot be called directly, and each belongs to a trigger", async () => {
  const { rows } = await database.pool.query<{ name: string }>(
    `select p.oid::regprocedure::text as name
     from pg_proc p
     where p.prorettype = 'trigger'::regtype
     and p.pronamespace::regnamespace::text like 'app\\_%'
     and (
       p.pronamespace <> 'app_private'::regnamespace
       or not exists (select from pg_trigger g where g.tgfoid = p.oid)
     )`,
  );
  assert.deepEqual(rows, []);
});
