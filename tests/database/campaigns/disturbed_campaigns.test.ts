import assert from "node:assert/strict";
import type pg from "pg";
import { aDraftCampaign, aRunningCampaign, stepCampaign } from "../../support/campaigns.ts";
import { applyStatuses, claim, record, statusFor } from "../../support/outbox.ts";
import { aChannel, aWorkspace, type Workspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

/** Of a number that sends five messages a second. */
async function aSlowWorkspace(db: pg.PoolClient): Promise<Workspace> {
  const workspace = await aWorkspace(db);
  await db.query("update app_public.channels set messages_per_second = 5 where id = $1", [
    workspace.channelId,
  ]);
  return workspace;
}

/** The recipients by state and code, and what the campaign says. */
async function endOf(db: pg.PoolClient, id: string): Promise<Record<string, unknown>> {
  const { rows } = await db.query(
    `select c.status, c.status_reason, (
       select jsonb_object_agg(k.state, k.number) from (
         select concat_ws(' ', r.state, r.error_code) as state, count(*) as number
         from app_public.campaign_recipients r where r.campaign_id = c.id group by 1
       ) k
     ) as recipients, app_private.recount_campaigns(c.tenant_id) as wrong
     from app_public.campaigns c where c.id = $1`,
    [id],
  );
  const { status, status_reason, recipients, wrong } = rows[0];
  assert.equal(wrong, 0, "the counts equal a recount");
  return { status, reason: status_reason, ...recipients };
}

const contactOf = async (db: pg.PoolClient, id: string, state: string): Promise<string> => {
  const { rows } = await db.query(
    "select contact_id from app_public.campaign_recipients where campaign_id = $1 and state = $2 limit 1",
    [id, state],
  );
  return rows[0].contact_id;
};

const statusCodes = async (db: pg.PoolClient, ids: string[]) =>
  (
    await db.query(
      "select status, error_code from app_public.message_statuses where message_id = any ($1) order by message_id",
      [ids],
    )
  ).rows;

const retried = (message_id: string) => ({ message_id, kind: "retry" as const, retry_in_ms: 0 });

story("a message that was being sent when its campaign was cancelled is not sent again", async (db) => {
  const id = await aRunningCampaign(db, await aSlowWorkspace(db));
  await stepCampaign(db, id);
  const [message] = await claim(db);
  await db.query("select app_public.cancel_campaign($1)", [id]);
  await stepCampaign(db, id);
  await record(db, retried(message!));
  assert.deepEqual(await claim(db), []);
  assert.deepEqual(await statusCodes(db, [message!]), [{ status: "failed", error_code: "PYCNL" }]);
});

story("a message that was being sent when its contact opted out is not sent again", async (db) => {
  const id = await aRunningCampaign(db, await aSlowWorkspace(db), { contacts: 1 });
  await stepCampaign(db, id);
  const [message] = await claim(db);
  await db.query("update app_public.contacts set marketing_opted_out_at = now() where id = $1", [
    await contactOf(db, id, "queued"),
  ]);
  await record(db, retried(message!));
  assert.deepEqual(await claim(db), []);
  assert.deepEqual(await statusCodes(db, [message!]), [{ status: "failed", error_code: "PYOPT" }]);
});

story("a campaign stays on the channel that was the default when it started", async (db) => {
  const workspace = await aSlowWorkspace(db);
  const { tenantId, businessAccountId, channelId } = workspace;
  const id = await aRunningCampaign(db, workspace, { contacts: 4 });
  await db.query("update app_public.channels set is_default = false where id = $1", [channelId]);
  await aChannel(db, tenantId, { businessAccountId, isDefault: true });
  assert.equal((await stepCampaign(db, id)).messages, 4);
});

story("a campaign ends when its channel is deleted, and every recipient has a reason", async (db) => {
  for (const isOwn of [false, true]) {
    const workspace = await aSlowWorkspace(db);
    const id = await aRunningCampaign(db, workspace, { contacts: 8 });
    if (isOwn) {
      const setStatus = (status: string) =>
        db.query("update app_public.campaigns set status = $2 where id = $1", [id, status]);
      await setStatus("draft");
      await db.query(
        "insert into app_public.campaign_channels (tenant_id, campaign_id, channel_id) values ($1, $2, $3)",
        [workspace.tenantId, id, workspace.channelId],
      );
      await setStatus("running");
    }
    await stepCampaign(db, id);
    await db.query("delete from app_public.channels where id = $1", [workspace.channelId]);
    await stepCampaign(db, id);
    assert.deepEqual(await endOf(db, id), {
      status: "completed",
      reason: null,
      "failed PYNFD": 5,
      "skipped PYCHN": 3,
    });
  }
});

story("a campaign does not wait for messages that were deleted", async (db) => {
  const id = await aRunningCampaign(db, await aSlowWorkspace(db), { contacts: 2 });
  await stepCampaign(db, id);
  await db.query("delete from app_public.messages where campaign_id = $1", [id]);
  assert.deepEqual(await stepCampaign(db, id), { messages: 0, next_in: null });
  assert.deepEqual(await endOf(db, id), { status: "completed", reason: null, "failed PYNFD": 2 });
});

story("a campaign that cannot determine its recipients has failed, with the reason", async (db) => {
  const workspace = await aWorkspace(db);
  await db.query(
    `insert into app_public.segments (tenant_id, name, filter) values ($1, 'Regulars', '{"all": []}')`,
    [workspace.tenantId],
  );
  const id = await aDraftCampaign(
    db,
    workspace,
    `template_name = null, text = 'Hello', audience = '{"field": "segment", "is": "Regulars"}'`,
  );
  await db.query("select app_public.start_campaign($1)", [id]);
  await db.query("delete from app_public.segments");
  await db.query("update app_private.campaign_feeds set next_at = '-infinity' where campaign_id = $1", [id]);
  await db.query("select app_private.freeze_campaigns()");
  const { status, reason } = await endOf(db, id);
  assert.equal(status, "failed");
  assert.match(String(reason), /^PYFLT: .*segment/);
});

story("a campaign pauses when there is no such template any more", async (db) => {
  const id = await aRunningCampaign(db, await aSlowWorkspace(db));
  await db.query("delete from app_public.templates");
  await stepCampaign(db, id);
  assert.deepEqual(await endOf(db, id), {
    status: "paused",
    reason: 'PYNFD: The template "spring" (en_US) was deleted',
    pending: 20,
  });
});

story("of two recipients who are merged, the one stays who was sent the message", async (db) => {
  const id = await aRunningCampaign(db, await aSlowWorkspace(db), { contacts: 8 });
  await stepCampaign(db, id);
  const [kept, merged] = [await contactOf(db, id, "pending"), await contactOf(db, id, "queued")];
  await db.query("select app_public.merge_contacts($1, $2)", [kept, merged]);
  assert.deepEqual(await endOf(db, id), { status: "running", reason: null, queued: 5, pending: 2 });
});

story("a message in the outbox counts for campaigns that exclude who was sent one", async (db) => {
  const workspace = await aSlowWorkspace(db);
  const first = await aRunningCampaign(db, workspace, { contacts: 8 });
  await stepCampaign(db, first);
  const second = await aRunningCampaign(db, workspace, {
    set: "excludes_contacted_within = '1 day'",
    contacts: 8,
  });
  assert.deepEqual(await endOf(db, second), {
    status: "running",
    reason: null,
    pending: 3,
    "skipped PYOFT": 5,
  });
});

story("recipients for whom the provider asks to wait do not hold up the others", async (db) => {
  const workspace = await aSlowWorkspace(db);
  const id = await aRunningCampaign(db, workspace, { contacts: 530 });
  const waiting = async (isCampaign: boolean, due: string) => {
    await db.query("delete from app_private.outbox_lanes");
    await db.query(
      `with waiting as (
         insert into app_public.conversations (tenant_id, channel_id, contact_id)
         select $1, $2, id from app_public.contacts where tenant_id = $1
         on conflict (channel_id, contact_id, tenant_id) do update set status = 'open'
         returning id
       )
       insert into app_private.outbox_lanes (tenant_id, conversation_id, channel_id, due_at, is_campaign)
       select $1, id, $2, now() + $3::interval, $4 from waiting`,
      [workspace.tenantId, workspace.channelId, due, isCampaign],
    );
    return (await stepCampaign(db, id)).messages;
  };
  assert.equal(await waiting(true, "10 seconds"), 0, "the provider accepts nothing at the moment");
  assert.equal(await waiting(true, "2 minutes"), 5, "they have been tried several times");
  assert.equal(await waiting(false, "10 seconds"), 5, "they are an agent's");
});

story(
  "a campaign pauses when its parameters do not fit its template any more, and skips nobody",
  async (db) => {
    const workspace = await aSlowWorkspace(db);
    const id = await aRunningCampaign(db, workspace, { contacts: 3 });
    const setText = (text: string) =>
      db.query("update app_public.templates set components = $1, status = 'approved'", [
        JSON.stringify([{ type: "BODY", text }]),
      ]);
    await setText("Hello {{1}}");
    // What feed_campaign() does after it has found no reason to pause.
    await db.query(
      `select app_private.send_to_recipients(c, $2, array(
       select r.contact_id from app_public.campaign_recipients r where r.campaign_id = c.id
     )) from app_public.campaigns c where c.id = $1`,
      [id, workspace.channelId],
    );
    await stepCampaign(db, id);
    assert.deepEqual(await endOf(db, id), {
      status: "paused",
      reason:
        'PYCNT: The parameters do not fit the template "spring" (en_US): parameters.body.1 must be given',
      pending: 3,
    });
    const draft = await aDraftCampaign(db, workspace, "name = 'Another'");
    for (const call of [`resume_campaign('${id}')`, `start_campaign('${draft}')`])
      assert.equal(await refusal(db, () => db.query(`select app_public.${call}`)), "PYCNT");

    await setText("Hello again");
    await db.query("select app_public.resume_campaign($1)", [id]);
    assert.equal((await stepCampaign(db, id)).messages, 3);
  },
);

/** A campaign to one contact, whose message has failed and is tried again. */
async function aRetriedCampaign(
  db: pg.PoolClient,
): Promise<{ id: string; workspace: Workspace; first: string }> {
  const workspace = await aWorkspace(db);
  const id = await aRunningCampaign(db, workspace, { contacts: 1 });
  await stepCampaign(db, id);
  const [first] = await claim(db);
  await record(db, { message_id: first!, kind: "failed", error_code: "131000" });
  await track(db, [first!]);
  await db.query("select app_public.retry_campaign($1)", [id]);
  return { id, workspace, first: first! };
}

/** What track_tenant() does with changed statuses. */
async function track(db: pg.PoolClient, ids: string[]): Promise<void> {
  await db.query("select app_private.reconsider_retried_recipients($1)", [ids]);
  await db.query("select app_private.apply_recipient_statuses($1)", [ids]);
}

const arrives = (db: pg.PoolClient, workspace: Workspace, message_id: string) =>
  applyStatuses(
    db,
    statusFor(workspace, "delivered", { message_id, provider_message_id: `wamid.${message_id}` }),
  );

story("a message that has arrived after all is not sent again", async (db) => {
  const { id, workspace, first } = await aRetriedCampaign(db);
  await arrives(db, workspace, first);
  assert.equal((await stepCampaign(db, id)).messages, 0);
  assert.deepEqual(await endOf(db, id), { status: "completed", reason: null, delivered: 1 });
});

story("a second message is withdrawn when the first one has arrived after all", async (db) => {
  const { id, workspace, first } = await aRetriedCampaign(db);
  assert.equal((await stepCampaign(db, id)).messages, 1);
  await arrives(db, workspace, first);
  await track(db, [first]);
  assert.deepEqual(await claim(db), []);
  assert.deepEqual(await endOf(db, id), { status: "running", reason: null, delivered: 1 });
});

story("a second message that is being sent is not sent again when the first one has arrived", async (db) => {
  const { id, workspace, first } = await aRetriedCampaign(db);
  await stepCampaign(db, id);
  const [second] = await claim(db);
  await arrives(db, workspace, first);
  await track(db, [first]);
  assert.deepEqual(
    await endOf(db, id),
    { status: "running", reason: null, queued: 1 },
    "it may arrive as well",
  );
  await record(db, retried(second!));
  await track(db, [second!]);
  assert.deepEqual(await claim(db), []);
  assert.deepEqual(await statusCodes(db, [second!]), [{ status: "failed", error_code: "PYARR" }]);
  assert.deepEqual(await endOf(db, id), { status: "running", reason: null, delivered: 1 });
});

story("messages in the outbox are not sent to contacts that were blocked or deleted", async (db) => {
  const id = await aRunningCampaign(db, await aSlowWorkspace(db), { contacts: 5 });
  await stepCampaign(db, id);
  const { rows } = await db.query(
    "select contact_id from app_public.campaign_recipients order by contact_id",
  );
  const [blocked, deleted] = rows.map(({ contact_id }) => contact_id);
  await db.query("update app_public.contacts set status = 'blocked' where id = $1", [blocked]);
  await db.query("update app_public.contacts set deleted_at = now() where id = $1", [deleted]);
  const jobs = await db.query(
    "select key from graphile_worker.jobs where task_identifier = 'fail_opted_out_messages' order by key",
  );
  assert.equal(jobs.rows.length, 2);
  for (const contactId of [blocked, deleted])
    await db.query("select app_private.fail_opted_out_messages($1)", [contactId]);
  const failed = await db.query(
    "select error_code from app_public.message_statuses where status = 'failed' order by error_code",
  );
  assert.deepEqual(failed.rows, [{ error_code: "PYDEL" }, { error_code: "PYOPT" }]);
});
