import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { after, before, test } from "node:test";
import { createLog } from "../../src/base/log.ts";
import { indexMessages } from "../../src/database/message_indexing.ts";
import { SlowSlots } from "../../src/jobs/slow_slots.ts";
import { FolderStorage } from "../../src/media/folder_storage.ts";
import { MediaFiles } from "../../src/media/media_files.ts";
import { Spool } from "../../src/media/spool.ts";
import { repeatErasures } from "../../src/retention/erasure_list.ts";
import completeErasure from "../../tasks/complete_erasure.ts";
import removeMediaFiles from "../../tasks/remove_media_files.ts";
import { SAMPLES } from "../src/media/sample_files.ts";
import { temporaryFolder } from "../src/media/temporary_folder.ts";
import { aDraftCampaign } from "../support/campaigns.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { Line, second } from "../support/identities.ts";
import { storedFile } from "../support/media.ts";
import { aWorkspace, type Workspace } from "../support/people.ts";
import { anActiveChatbot } from "../support/support_bot.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

const NUMBER = "16505550031";
/** What is to be found nowhere after the erasure. */
const PERSONAL = [
  NUMBER,
  "US.ERNA31",
  "Quittenbaum",
  "quittenmus",
  "erna@example.com",
  "CRM-0031",
  "quitte.jpg",
];

/** Where the database contains a text: every row of every table, in whatever type of column. */
async function tablesWith(needle: string): Promise<string[]> {
  const { rows } = await database.pool.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c
     where c.relkind in ('r', 'p') and not c.relispartition
     and c.relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema', 'pg_toast')
     order by 1`,
  );
  const found: string[] = [];
  for (const { name } of rows) {
    const { rowCount } = await database.pool.query(
      `select from ${name} x
       where x::text ilike '%' || $1 || '%' or x::text like '%' || encode(convert_to($1, 'UTF8'), 'hex') || '%' limit 1`,
      [needle],
    );
    if (rowCount! > 0) found.push(name);
  }
  return found;
}

/** A customer in every part of the database that customers get into; the file is in a folder. */
async function aWellKnownCustomer(workspace: Workspace, folder: string): Promise<string> {
  const { pool } = database;
  const { tenantId } = workspace;
  const line = new Line(pool as never, workspace);
  const say = async (more: object) => {
    const sender = { from: NUMBER, from_user_id: "US.ERNA31" };
    const message = { ...sender, id: `wamid.${Math.random()}`, timestamp: second(1), ...more };
    const card = { wa_id: NUMBER, user_id: "US.ERNA31", profile: { name: "Erna Quittenbaum" } };
    const { body } = await line.tell({ contacts: [card], messages: [message] });
    return line.deliver(body, undefined, { isStored: true });
  };
  await say({ type: "text", text: { body: "I like quittenmus" } });
  await say({
    type: "document",
    document: { id: "1", mime_type: "image/jpeg", sha256: "x", filename: "quitte.jpg" },
  });
  const { rows } = await pool.query(
    `update app_public.contacts set email = 'erna@example.com', external_ref = 'CRM-0031', notes = 'quittenmus',
       metadata = '{"taste": "quittenmus"}', name = 'Erna Quittenbaum'
     where tenant_id = $1
     returning id, (select v.id from app_public.conversations v where v.contact_id = contacts.id) as conversation_id`,
    [tenantId],
  );
  const { id, conversation_id: conversationId } = rows[0];
  const { versionId } = await anActiveChatbot(pool as never, tenantId);
  await pool.query(
    `with run as (
       insert into app_public.conversation_contexts (tenant_id, conversation_id, chatbot_id, version_id, status, variables)
       select tenant_id, $2, chatbot_id, id, 'waiting', '{"answer": "quittenmus"}'
       from app_public.chatbot_versions where id = $3
       returning id
     )
     insert into app_private.chatbot_events (tenant_id, conversation_id, kind, context_id, payload, due_at)
     select $1, $2, 'http_result', id, '{"body": "quittenmus"}', 'infinity' from run`,
    [tenantId, conversationId, versionId],
  );
  await pool.query(
    `update app_public.conversations set window_expires_at = now() + interval '1 day' where id = $1`,
    [conversationId],
  );
  await pool.query(
    `insert into app_public.scheduled_messages (conversation_id, content, send_at)
     values ($1, '{"body": "quittenmus"}', now() + interval '1 hour')`,
    [conversationId],
  );
  await pool.query(
    `with file as (
       insert into app_public.imports (tenant_id, encoding, delimiter, header, columns)
       values ($1, 'utf-8', ',', '{phone,name}', '{phone,name}') returning id
     )
     insert into app_public.import_rows (tenant_id, import_id, row_number, phone, external_ref, cells)
     select $1, file.id, n, phone, ref, array[phone, name] from file cross join (values
       (1, '+${NUMBER}', null, 'Quittenbaum'), (2, null, 'CRM-0031', 'Quittenbaum'), (3, '+15550001111', null, 'Other')
     ) r (n, phone, ref, name)`,
    [tenantId],
  );
  await aRecipient(workspace, id);
  await storeAndArchive(tenantId, folder);
  await indexMessages(pool, createLog("silent"));
  return id;
}

/** A recipient of a campaign, with a consent and a sensitive value. */
async function aRecipient(workspace: Workspace, contactId: string): Promise<void> {
  const { tenantId, channelId } = workspace;
  const campaignId = await aDraftCampaign(database.pool as never, workspace, "name = 'Spring'");
  await database.pool.query(
    `with recipient as (
       insert into app_public.campaign_recipients (tenant_id, campaign_id, contact_id, channel_id, variables, clicked)
       values ($1, $3, $2, $4, '{"1": "Quittenbaum"}', 'quittenmus')
     ),
     field as (
       insert into app_public.contact_fields (tenant_id, key, type, is_sensitive) values ($1, 'iban', 'text', true)
       returning id
     ),
     value as (
       insert into app_public.contact_sensitive_values (tenant_id, contact_id, field_id, value)
       select $1, $2, id, '"quittenmus"' from field
     )
     insert into app_public.consents (tenant_id, contact_id, category, is_opt_in, evidence)
     values ($1, $2, 'marketing', true, 'Quittenbaum has signed a form')`,
    [tenantId, contactId, campaignId, channelId],
  );
}

/** The received file is in the storage, and a retention rule has archived its message. */
async function storeAndArchive(tenantId: string, folder: string): Promise<void> {
  const fileId = await storedFile(database.pool, folder, tenantId, SAMPLES.png);
  await database.pool.query(
    `with file as (delete from app_public.media where id = $1 returning sha256, size, stored_at)
     update app_public.media m set state = 'stored', sha256 = f.sha256, size = f.size, stored_at = f.stored_at
     from file f where m.filename = 'quitte.jpg'`,
    [fileId],
  );
  await database.pool.query(
    `select app_private.archive_messages(array(
       select id from app_public.messages where tenant_id = $1 and type = 'document'
     ))`,
    [tenantId],
  );
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

test("an erased customer is nowhere in the database, and a restored backup does not bring them back", async (t) => {
  const { pool } = database;
  const folder = await temporaryFolder(t);
  const media = new MediaFiles(new FolderStorage(folder), new Spool(folder));
  const workspace = await aWorkspace(pool);
  const contactId = await aWellKnownCustomer(workspace, folder);
  const other = new Line(pool as never, workspace);
  await other.deliver((await other.say(2, { from: "16505550032" }, "I stay")).body, undefined, {
    isStored: true,
  });
  for (const needle of PERSONAL) assert.notDeepEqual(await tablesWith(needle), [], needle);
  const { rows: backup } = await pool.query("select created_at from app_public.contacts where id = $1", [
    contactId,
  ]);

  const { rows } = await pool.query("select e.id from app_public.erase_contact($1) e", [contactId]);
  const erasureId = rows[0].id;
  const complete = completeErasure({ pool, media, slots: new SlowSlots() });
  const run = () => complete({ erasureId }, { abortSignal: undefined } as never);
  await run();
  await run();
  await indexMessages(pool, createLog("silent"));
  for (const needle of PERSONAL) assert.deepEqual(await tablesWith(needle), [], needle);
  const certificate = await pool.query(
    `select message_count, file_count, run_count, webhook_count, import_row_count, completed_at is not null as is_complete
     from app_public.erasures`,
  );
  assert.deepEqual(certificate.rows, [
    {
      message_count: 2,
      file_count: 1,
      run_count: 1,
      webhook_count: 2,
      import_row_count: 2,
      is_complete: true,
    },
  ]);
  assert.deepEqual(
    (await other.contacts()).map(({ said }) => said),
    [["I stay"]],
  );

  await t.test("the file is removed from the storage", async () => {
    const list = /^\d{4}-\d{2}\.jsonl$/;
    const files = await filesIn(folder);
    assert.equal(files.filter((name) => !list.test(name)).length, 1);
    await pool.query("update app_private.unused_media_files set remove_at = now()");
    await removeMediaFiles({ pool, media, log: createLog("silent") })();
    assert.deepEqual(
      (await filesIn(folder)).filter((name) => !list.test(name)),
      [],
    );
  });

  await t.test("a status that arrives afterwards leaves nothing in its webhook body", async () => {
    const line = new Line(pool as never, workspace);
    const status = {
      id: "wamid.before",
      status: "read",
      timestamp: String(Math.floor(Date.now() / 1000) + 1),
      recipient_id: NUMBER,
    };
    const { body } = await line.tell({
      contacts: [{ wa_id: NUMBER, user_id: "US.ERNA31", profile: { name: "Erna Quittenbaum" } }],
      statuses: [status, { ...status, id: "wamid.other", recipient_id: "16505550032" }],
    });
    await line.deliver(body, undefined, { isStored: true });
    assert.deepEqual(await tablesWith(NUMBER), ["app_private.pending_erasures", "app_public.webhook_events"]);
    await run();
    for (const needle of PERSONAL) assert.deepEqual(await tablesWith(needle), [], needle);
    const kept = await pool.query("select from app_public.webhook_events where body like '%wamid.other%'");
    assert.equal(kept.rowCount, 1);
  });

  await t.test("after a restore", async () => {
    // A backup knows nothing of the erasure.
    await pool.query("delete from app_public.erasures");
    await pool.query(
      "insert into app_public.contacts (tenant_id, phone, name, created_at) values ($1, $2, 'Erna Quittenbaum', $3)",
      [workspace.tenantId, `+${NUMBER}`, backup[0].created_at],
    );
    assert.equal(await repeatErasures(pool, media), 1);
    assert.equal(await repeatErasures(pool, media), 0);
    await run();
    for (const needle of PERSONAL) assert.deepEqual(await tablesWith(needle), [], needle);
    await pool.query("insert into app_public.contacts (tenant_id, phone) values ($1, $2)", [
      workspace.tenantId,
      `+${NUMBER}`,
    ]);
    await pool.query("delete from app_public.erasures");
    assert.equal(await repeatErasures(pool, media), 0, "a contact that was created later stays");
  });
});
