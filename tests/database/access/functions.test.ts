import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import pg from "pg";
import type { Scope } from "../../../src/graphql/auth/scope.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { become } from "../../support/people.ts";
import { refusal, rolledBack } from "../../support/transaction.ts";
import { aFurnishedTenant, callerOf, type FurnishedTenant } from "./furnished_tenant.ts";
import { CALLERS, hasRight, isRole } from "./rights.ts";

/** What it takes to call a function of app_public, and a call about a tenant's rows. */
type Door = {
  needs: Scope;
  /** Callers of the other kind are refused with PYKEY, or get no answer. */
  only?: "users" | "keys";
  call: (of: FurnishedTenant) => string;
};

/** A new function of app_public needs a line here. Computed fields take a row, which somebody has to see first. */
const DOORS: Record<string, Door> = {
  assign_conversations: {
    needs: "send",
    call: ({ conversationId }) =>
      `select id from app_public.assign_conversations(array['${conversationId}']::uuid[]) where code is null`,
  },
  close_conversations: {
    needs: "send",
    call: ({ conversationId }) =>
      `select id from app_public.close_conversations(array['${conversationId}']::uuid[]) where code is null`,
  },
  mark_conversations_read: {
    needs: "send",
    call: ({ conversationId }) =>
      `select id from app_public.mark_conversations_read(array['${conversationId}']::uuid[]) where code is null`,
  },
  reopen_conversations: {
    needs: "send",
    call: ({ conversationId }) =>
      `select id from app_public.reopen_conversations(array['${conversationId}']::uuid[]) where code is null`,
  },
  snooze_conversations: {
    needs: "send",
    call: ({ conversationId }) =>
      `select id from app_public.snooze_conversations(array['${conversationId}']::uuid[]) where code is null`,
  },
  add_contacts_to_group: {
    needs: "manage_contacts",
    call: ({ strangerId, groupId }) =>
      `select id from app_public.add_contacts_to_group(array['${strangerId}']::uuid[], '${groupId}') where code is null`,
  },
  remove_contacts_from_group: {
    needs: "manage_contacts",
    call: ({ strangerId, groupId }) =>
      `select id from app_public.remove_contacts_from_group(array['${strangerId}']::uuid[], '${groupId}') where code is null`,
  },
  tag_contacts: {
    needs: "manage_contacts",
    call: ({ strangerId, tagId }) =>
      `select id from app_public.tag_contacts(array['${strangerId}']::uuid[], '${tagId}') where code is null`,
  },
  retry_conversion: {
    needs: "manage_contacts",
    call: ({ conversionId }) => `select id from app_public.retry_conversion('${conversionId}')`,
  },
  untag_contacts: {
    needs: "manage_contacts",
    call: ({ strangerId, tagId }) =>
      `select id from app_public.untag_contacts(array['${strangerId}']::uuid[], '${tagId}') where code is null`,
  },
  add_note: { needs: "send", call: (of) => `select id from ${noteIn(of)}` },
  activate_version: {
    needs: "manage_all",
    call: ({ versionId }) => `select id from app_public.activate_version('${versionId}')`,
  },
  approve_campaign: {
    needs: "manage_all",
    only: "users",
    call: ({ campaignId }) => `select id from app_public.approve_campaign('${campaignId}')`,
  },
  preview_campaign: {
    needs: "manage_all",
    call: ({ campaignId }) => `select (p).contacts as id from app_public.preview_campaign('${campaignId}') p`,
  },
  send_campaign_test: {
    needs: "manage_all",
    call: ({ campaignId, conversationId }) =>
      `select id from app_public.send_campaign_test(
         '${campaignId}', (select v.contact_id from app_public.conversations v where v.id = '${conversationId}')
       )`,
  },
  assign_conversation: {
    needs: "send",
    call: ({ conversationId }) => `select id from app_public.assign_conversation('${conversationId}')`,
  },
  chatbot_node_stats: {
    needs: "read",
    call: ({ versionId }) => `select node_id as id from app_public.chatbot_node_stats('${versionId}')`,
  },
  chatbot_outcome_stats: {
    needs: "read",
    call: ({ versionId }) => `select status as id from app_public.chatbot_outcome_stats('${versionId}')`,
  },
  cancel_campaign: {
    needs: "manage_all",
    call: ({ runningCampaignId }) => `select id from app_public.cancel_campaign('${runningCampaignId}')`,
  },
  pause_campaign: {
    needs: "manage_all",
    call: ({ runningCampaignId }) => `select id from app_public.pause_campaign('${runningCampaignId}')`,
  },
  resume_campaign: {
    needs: "manage_all",
    call: ({ pausedCampaignId }) => `select id from app_public.resume_campaign('${pausedCampaignId}')`,
  },
  retry_campaign: {
    needs: "manage_all",
    call: ({ runningCampaignId }) => `select id from app_public.retry_campaign('${runningCampaignId}')`,
  },
  start_campaign: {
    needs: "manage_all",
    call: ({ campaignId }) => `select id from app_public.start_campaign('${campaignId}')`,
  },
  change_cursor: {
    needs: "read",
    call: () => "select c as id from app_public.change_cursor() c where c is not null",
  },
  cancel_import: {
    needs: "manage_contacts",
    call: ({ runningImportId }) => `select id from app_public.cancel_import('${runningImportId}')`,
  },
  start_import: {
    needs: "manage_contacts",
    call: ({ importId }) => `select id from app_public.start_import('${importId}')`,
  },
  claim_conversation: {
    needs: "send",
    only: "users",
    call: ({ freeConversationId }) => `select id from app_public.claim_conversation('${freeConversationId}')`,
  },
  clear_data_source_token: {
    needs: "manage_all",
    call: ({ dataSourceId }) => `select id from app_public.clear_data_source_token('${dataSourceId}')`,
  },
  close_conversation: {
    needs: "send",
    call: ({ conversationId }) => `select id from app_public.close_conversation('${conversationId}')`,
  },
  contact_by_phone: {
    needs: "read",
    call: ({ conversationId }) =>
      `select f.id from app_public.conversations v join app_public.contacts c on c.id = v.contact_id
       cross join app_public.contact_by_phone(c.phone) f where v.id = '${conversationId}' and f.id = c.id`,
  },
  block_contact: {
    needs: "manage_contacts",
    call: ({ strangerId }) => `select id from app_public.block_contact('${strangerId}', true)`,
  },
  unblock_contact: {
    needs: "manage_contacts",
    call: ({ strangerId }) => `select id from app_public.unblock_contact('${strangerId}')`,
  },
  delete_contact: {
    needs: "manage_all",
    call: ({ strangerId }) => `select id from app_public.delete_contact('${strangerId}')`,
  },
  deleted_contacts: {
    needs: "manage_all",
    call: ({ strangerId }) =>
      `select id from app_public.delete_contact('${strangerId}') union all select id from app_public.deleted_contacts()`,
  },
  erase_contact: {
    needs: "manage_all",
    call: ({ strangerId }) => `select id from app_public.erase_contact('${strangerId}')`,
  },
  retention_preview: {
    needs: "manage_all",
    call: () => "select subject as id from app_public.retention_preview()",
  },
  restore_contact: {
    needs: "manage_all",
    call: ({ strangerId }) =>
      `select r.id from app_public.delete_contact('${strangerId}') d cross join lateral app_public.restore_contact(d.id) r`,
  },
  merge_contacts: {
    needs: "manage_all",
    call: ({ strangerId, conversationId }) =>
      `select (m.contact).id from app_public.conversations v
       cross join lateral app_public.merge_contacts(v.contact_id, '${strangerId}') m where v.id = '${conversationId}'`,
  },
  preview_contact_merge: {
    needs: "manage_all",
    call: ({ strangerId, conversationId }) =>
      `select (m.contact).id from app_public.conversations v
       cross join lateral app_public.preview_contact_merge(v.contact_id, '${strangerId}') m where v.id = '${conversationId}'`,
  },
  set_contact_fields: {
    needs: "manage_contacts",
    call: ({ strangerId }) => `select id from app_public.set_contact_fields('${strangerId}', '{"a": 1}')`,
  },
  create_api_key: {
    needs: "manage_all",
    only: "users",
    call: () => `select (api_key).id from app_public.create_api_key('a key', '{read}')`,
  },
  current_api_key: {
    needs: "read",
    only: "keys",
    call: () => "select id from app_public.current_api_key()",
  },
  current_membership: {
    needs: "read",
    only: "users",
    call: () => "select user_id from app_public.current_membership()",
  },
  current_sessions: {
    needs: "read",
    only: "users",
    call: () => "select id from app_public.current_sessions()",
  },
  current_tenant: { needs: "read", call: () => "select id from app_public.current_tenant()" },
  current_user: { needs: "read", only: "users", call: () => `select id from app_public."current_user"()` },
  disconnect_google_calendar: {
    needs: "manage_all",
    call: ({ colleague }) =>
      `select user_id from app_public.disconnect_google_calendar('${colleague.userId}')`,
  },
  delete_note: {
    needs: "send",
    call: (of) => `select id from app_public.delete_note((select id from ${noteIn(of)}))`,
  },
  edit_note: {
    needs: "send",
    call: (of) => `select id from app_public.edit_note((select id from ${noteIn(of)}), 'Hello')`,
  },
  end_other_sessions: {
    needs: "read",
    only: "users",
    call: () =>
      `select id from app_public.end_other_sessions() as id where (select app_hidden.current_member_role()) is not null`,
  },
  end_session: {
    needs: "read",
    only: "users",
    call: () => "select app_public.end_session(app_hidden.current_session_id()) as id",
  },
  filter_fields: {
    needs: "read",
    call: () =>
      `select f.name as id from app_public.filter_fields('contacts') f where app_hidden.current_tenant_id() is not null`,
  },
  fetch_media: {
    needs: "send",
    call: ({ mediaId }) => `select id from app_public.fetch_media('${mediaId}')`,
  },
  invite_user: {
    needs: "manage_all",
    only: "users",
    call: () => `select invitation_id as id from app_public.invite_user('new@example.com')`,
  },
  mark_conversation_read: {
    needs: "send",
    call: ({ conversationId }) => `select id from app_public.mark_conversation_read('${conversationId}')`,
  },
  mark_mentions_read: {
    needs: "read",
    only: "users",
    call: () =>
      `select array(select m.id from app_public.mark_mentions_read() m) as id where (select app_hidden.current_member_role()) is not null`,
  },
  message_by_provider_id: {
    needs: "read",
    call: ({ channelId }) => `select id from app_public.message_by_provider_id('${channelId}', 'wamid.1')`,
  },
  my_totp: {
    needs: "read",
    only: "users",
    call: () => "select (app_hidden.current_membership()).user_id as id from app_public.my_totp()",
  },
  my_tenants: { needs: "read", only: "users", call: () => "select id from app_public.my_tenants()" },
  reopen_conversation: {
    needs: "send",
    call: ({ conversationId }) => `select id from app_public.reopen_conversation('${conversationId}')`,
  },
  return_to_chatbot: {
    needs: "send",
    call: ({ conversationId }) => `select id from app_public.return_to_chatbot('${conversationId}')`,
  },
  revoke_api_key: {
    needs: "manage_all",
    only: "users",
    call: ({ keys }) => `select id from app_public.revoke_api_key('${keys.read.id}')`,
  },
  cancel_scheduled_message: {
    needs: "send",
    call: ({ scheduledMessageId }) =>
      `select id from app_public.cancel_scheduled_message('${scheduledMessageId}')`,
  },
  send_template: {
    needs: "send",
    call: ({ conversationId }) =>
      `select id from app_public.send_template('hello', conversation_id => '${conversationId}', language => 'en_US')`,
  },
  send_canned_reply: {
    needs: "send",
    call: ({ conversationId }) =>
      `select id from app_public.send_canned_reply('${conversationId}', shortcut => 'hi')`,
  },
  preview_segment: {
    needs: "read",
    call: ({ strangerId }) =>
      `select count as id from app_public.preview_segment('{"field": "id", "is": "${strangerId}"}') where count > 0`,
  },
  check_template: {
    needs: "read",
    call: () => `select p as id from app_public.check_template('utility', '[]') p`,
  },
  search_contacts: {
    needs: "read",
    call: ({ conversationId }) =>
      `select c.id from app_public.search_contacts('+1555') c
       join app_public.conversations v on v.contact_id = c.id where v.id = '${conversationId}'`,
  },
  search_messages: {
    needs: "read",
    call: ({ conversationId }) => `select id from app_public.search_messages('hello', '${conversationId}')`,
  },
  send_message: {
    needs: "send",
    call: ({ conversationId }) =>
      `select id from app_public.send_message('${conversationId}', '{"body": "Hi"}')`,
  },
  skip_chatbot_node: {
    needs: "send",
    call: ({ conversationId }) => `select id from app_public.skip_chatbot_node('${conversationId}')`,
  },
  set_availability: {
    needs: "read",
    only: "users",
    call: () => "select user_id as id from app_public.set_availability(false)",
  },
  show_presence: {
    needs: "read",
    only: "users",
    call: ({ conversationId }) =>
      `select conversation_id as id from app_public.show_presence('${conversationId}', 'viewing')`,
  },
  end_presence: {
    needs: "read",
    only: "users",
    call: ({ conversationId }) => `select app_public.end_presence('${conversationId}') is not null as id`,
  },
  show_typing: {
    needs: "send",
    call: ({ conversationId }) => `select id from app_public.show_typing('${conversationId}')`,
  },
  sign_out: {
    needs: "read",
    only: "users",
    call: () => "select nullif(app_public.sign_out(), false) as id",
  },
  deactivate_chatbot: {
    needs: "manage_all",
    call: ({ chatbotId }) => `select id from app_public.deactivate_chatbot('${chatbotId}')`,
  },
  snooze_conversation: {
    needs: "send",
    call: ({ conversationId }) => `select id from app_public.snooze_conversation('${conversationId}')`,
  },
  start_chatbot: {
    needs: "send",
    call: ({ conversationId, chatbotId }) =>
      `select id from app_public.start_chatbot('${conversationId}', '${chatbotId}')`,
  },
  stop_chatbot_run: {
    needs: "send",
    call: ({ conversationId }) => `select id from app_public.stop_chatbot_run('${conversationId}')`,
  },
  submit_template: {
    needs: "manage_all",
    call: ({ draftId }) => `select id from app_public.submit_template('${draftId}')`,
  },
  edit_template: {
    needs: "manage_all",
    call: ({ rejectedId }) =>
      `select id from app_public.edit_template('${rejectedId}', '[{"type": "BODY", "text": "Hello again."}]')`,
  },
  unpause_template: {
    needs: "manage_all",
    call: ({ pausedId }) => `select id from app_public.unpause_template('${pausedId}')`,
  },
  delete_template: {
    needs: "manage_all",
    call: ({ rejectedId }) => `select id from app_public.delete_template('${rejectedId}')`,
  },
  sync_templates: { needs: "manage_all", call: () => "select app_public.sync_templates() as id" },
};

function noteIn({ conversationId }: FurnishedTenant): string {
  return `app_public.add_note('${conversationId}', 'Hi')`;
}

/** Those that say nothing of anybody else's rows: there is no foreign one to name. */
const ABOUT_ONESELF = [
  ...[
    "check_template",
    "change_cursor",
    "create_api_key",
    "current_api_key",
    "current_membership",
    "current_sessions",
    "retention_preview",
    "current_tenant",
  ],
  ...[
    "current_user",
    "end_other_sessions",
    "end_session",
    "end_presence",
    "filter_fields",
    "invite_user",
    "mark_mentions_read",
  ],
  ...["my_tenants", "my_totp", "set_availability", "sign_out", "sync_templates"],
];

let database: TestDatabase;
let ours: FurnishedTenant;
let theirs: FurnishedTenant;
before(async () => {
  database = await createTestDatabase();
  ours = await aFurnishedTenant(database.pool);
  theirs = await aFurnishedTenant(database.pool);
});
after(() => database.drop());

test("every function of app_public that is not a computed field has a line here", async () => {
  const { rows } = await database.pool.query<{ name: string }>(
    `select p.proname as name from pg_proc p
     left join pg_type y on y.oid = p.proargtypes[0]
     where p.pronamespace = 'app_public'::regnamespace and coalesce(y.typtype, 'b') <> 'c'
     order by p.proname`,
  );
  assert.deepEqual(
    rows.map(({ name }) => name),
    Object.keys(DOORS).sort(),
  );
});

for (const [name, { needs, only, call }] of Object.entries(DOORS)) {
  test(`${name}() is for ${only ?? "those"} who have the rights of ${needs}`, async () => {
    for (const caller of CALLERS)
      await rolledBack(database.pool, async (db) => {
        await become(db, callerOf(ours, caller));
        const answer = await answerTo(db, call(ours));
        if (only !== undefined && isRole(caller) !== (only === "users"))
          assert.ok(["PYKEY", "no answer"].includes(answer), caller);
        else assert.equal(answer, hasRight(caller, needs) ? "an answer" : "PYDEN", caller);
      });
  });

  if (ABOUT_ONESELF.includes(name)) continue;
  test(`${name}() reveals nothing of another tenant`, () =>
    rolledBack(database.pool, async (db) => {
      await become(db, ours.people.owner);
      assert.ok(["PYNFD", "no answer"].includes(await answerTo(db, call(theirs))));
      // Control: there is something to know.
      await become(db, theirs.people.owner);
      assert.equal(await answerTo(db, call(theirs)), "an answer");
    }));
}

test("without signing in, each of them is refused", async () => {
  for (const [name, { call }] of Object.entries(DOORS))
    await rolledBack(database.pool, async (db) => {
      await db.query("set local role parley_visitor");
      assert.notEqual(await answerTo(db, call(ours)), "an answer", name);
    });
});

/** Doors of app_hidden with rows of theirs: not shown, but whoever finds a way to write SQL may call them. */
const hiddenDoors = () => [
  `app_hidden.mark_read(array['${theirs.conversationId}']::uuid[])`,
  `app_hidden.claim_idempotency_key('${theirs.tenantId}', 'key', '\\x00')`,
  `app_hidden.remind_of_typing('${theirs.tenantId}', '${theirs.conversationId}')`,
  `app_hidden.store_idempotency_key('${theirs.tenantId}', 'key', '${theirs.messageId}')`,
  `app_hidden.set_channel_secrets('${theirs.channelId}', '{"access_token": "stolen"}')`,
  `app_hidden.require_conversation('${theirs.conversationId}')`,
  `app_hidden.notify_chatbot('${theirs.tenantId}', '${theirs.conversationId}', 'stop', '{}')`,
  `app_hidden.choose_member('${theirs.teamId}', 'round_robin', null)`,
  `app_hidden.save_draft('${theirs.chatbotId}', '{"name": "Stolen"}')`,
  `app_hidden.publish_draft('${theirs.chatbotId}')`,
  `app_hidden.lock_chatbot_names('${theirs.tenantId}')`,
  `app_hidden.add_drafts('${theirs.tenantId}', '[]', '[]')`,
  `app_hidden.set_data_source_token('${theirs.dataSourceId}', 'stolen')`,
  `app_hidden.set_google_account('{"user_id": "${theirs.colleague.userId}", "access_token": "stolen"}')`,
];

test("functions of app_hidden that take a tenant or a row refuse those of another tenant", () =>
  rolledBack(database.pool, async (db) => {
    await become(db, ours.people.owner);
    for (const call of hiddenDoors())
      assert.equal(await refusal(db, () => db.query(`select ${call}`)), "PYNFD", call);
  }));

/** Those that answer with rows or nothing. */
const hiddenReaders = () => [
  `(select json_agg(g) from app_hidden.read_chatbot_graphs(array['${theirs.chatbotId}']::uuid[]) g)`,
  `app_hidden.read_chatbot_export('${theirs.chatbotId}')`,
  `(select json_agg(g) from app_hidden.read_version_graphs(array['${theirs.versionId}']::uuid[]) g)`,
  `(select json_agg(s) from app_hidden.read_chatbot_stats('${theirs.versionId}') s)`,
  `(select json_agg(r) from app_hidden.find_chatbot_references('${theirs.chatbotId}', '[{"kind": "chatbot", "id": "${theirs.chatbotId}"}]') r)`,
];

// EXECUTE is checked when a statement begins: what it sets afterwards must not make a function take it for the program.
test("setting the role in the same statement opens no door, with a session or without", async () => {
  const named = Object.entries(DOORS)
    .filter(([name]) => !ABOUT_ONESELF.includes(name))
    .map(([, { call }]) => `(${call(theirs)} limit 1)`);
  const login = new pg.Client({ connectionString: database.authenticatorUrl });
  await login.connect();
  const answer = async (call: string) => {
    try {
      const { rows } = await login.query(`select set_config('role', 'none', true), ${call} as answer`);
      return rows[0].answer;
    } catch (error) {
      return `refused ${(error as pg.DatabaseError).code}`;
    }
  };
  try {
    for (const person of [null, ours.people.owner, ours.keys.manage_all])
      for (const call of [...hiddenDoors(), ...hiddenReaders(), ...named]) {
        await login.query("begin");
        if (person) await become(login, person);
        else await login.query("set local role parley_visitor");
        const given = await answer(call);
        await login.query("rollback");
        assert.ok(given === null || /^refused (PYNFD|PYDEN|PYKEY|42501)$/.test(given), `${call}: ${given}`);
      }
  } finally {
    await login.end();
  }
});

test("control: the owner gets rows of those doors", async () => {
  for (const call of hiddenReaders()) {
    const { rows } = await database.pool.query(`select ${call} as answer`);
    assert.notEqual(rows[0].answer, null, call);
  }
});

/** What a login hears while a row of theirs changes. */
async function heardBy(url: string, listen: (client: pg.Client) => Promise<string>): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const heard: string[] = [];
  client.on("notification", ({ payload }) => heard.push(payload ?? ""));
  try {
    await client.query(await listen(client));
    await database.pool.query("update app_public.conversations set metadata = $2 where id = $1", [
      theirs.conversationId,
      { changed: url },
    ]);
    // What a commit notified arrives before the answer to a statement that begins after it.
    await client.query("select 1");
    return heard;
  } finally {
    await client.end();
  }
}

test("the API's login receives no notifications of changes: only the owner knows the name of their channel", async () => {
  const blind = await heardBy(database.authenticatorUrl, async (client) => {
    await assert.rejects(client.query("select app_private.change_channel()"), { code: "42501" });
    const { rows } = await client.query(
      `select from pg_stat_activity where query ilike 'listen%' and pid <> pg_backend_pid()`,
    );
    assert.deepEqual(rows, [], "nor does it see the name in others' statements");
    return 'listen parley; listen "parley_%"; listen "*"';
  });
  assert.deepEqual(blind, []);
  const [told] = await heardBy(database.ownerUrl, async (client) => {
    const { rows } = await client.query("select app_private.change_channel() as name");
    return `listen ${client.escapeIdentifier(rows[0].name)}`;
  });
  assert.match(told ?? "", new RegExp(theirs.conversationId));
});

async function answerTo(db: pg.PoolClient, sql: string): Promise<string> {
  await db.query("savepoint call");
  try {
    const { rows } = await db.query<{ id?: unknown; user_id?: unknown }>(sql);
    return (rows[0]?.id ?? rows[0]?.user_id ?? null) === null ? "no answer" : "an answer";
  } catch (error) {
    await db.query("rollback to savepoint call");
    return (error as pg.DatabaseError).code ?? String(error);
  }
}
