import assert from "node:assert/strict";
import fc from "fast-check";
import type pg from "pg";
import "../../support/fixed_seed.ts";
import { aWamid, hear, type Said, send } from "../../support/messages.ts";
import { applyStatuses, claim, record, statusFor } from "../../support/outbox.ts";
import { aConversation, aWorkspace, type Thread, type Workspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

const story = stories();

/** Around midnights of Berlin, on ordinary days and on the two days on which its clocks change. */
const MOMENTS = [
  "2026-03-28T22:59:59Z",
  "2026-03-29T22:00:00Z",
  "2026-10-24T21:59:59Z",
  "2026-10-25T22:59:59Z",
];
const STATUSES = ["sent", "delivered", "read", "played", "failed"] as const;
/** Messages are kept when their campaign is deleted, so these do not have to exist. */
const CAMPAIGNS = [null, "0199d3a0-0000-7000-8000-00000000000a", "0199d3a0-0000-7000-8000-00000000000b"];
const TYPES = ["text", "reaction", "edit", "image"];

type World = { db: pg.PoolClient; workspace: Workspace; threads: Thread[]; wamids: string[]; sent: string[] };
type Action = (world: World, pick: number) => Promise<unknown>;

const of = <T>(list: readonly T[], at: number): T | undefined => list[at % Math.max(list.length, 1)];
const moment = (pick: number) => new Date(Date.parse(of(MOMENTS, pick)!) + (pick % 7) * 1_000);

const ACTIONS: Record<string, Action> = {
  hears: ({ db, workspace, threads, wamids }, pick) => {
    // Some are delivered twice.
    const wamid = (pick % 5 === 0 && of(wamids, pick)) || aWamid();
    wamids.push(wamid);
    const said: Said = {
      wamid,
      at: moment(pick),
      type: of(TYPES, pick),
      origin: pick % 9 === 0 ? "history" : "live",
    };
    return hear(db, workspace, of(threads, pick)!, said);
  },
  sends: async ({ db, threads, sent }, pick) => {
    const id = await send(db, of(threads, pick)!.conversationId);
    sent.push(id);
    await db.query(
      "update app_public.message_statuses set created_at = $2, campaign_id = $3 where message_id = $1",
      [id, moment(pick), of(CAMPAIGNS, pick)],
    );
  },
  records: async ({ db }, pick) => {
    const kind = of(["sent", "failed", "retry", "uncertain"] as const, pick)!;
    for (const message_id of await claim(db, 3))
      await record(db, {
        message_id,
        kind,
        ...(kind === "sent" ? { provider_message_id: aWamid() } : { error_code: "131000" }),
      });
  },
  // In any order: late ones, the same ones again, and failures of what has arrived.
  reports: ({ db, workspace, sent }, pick) =>
    applyStatuses(
      db,
      ...[of(sent, pick), of(sent, pick + 1)]
        .filter((id) => id !== undefined)
        .map((message_id) =>
          statusFor(workspace, of(STATUSES, pick)!, {
            message_id,
            ...(of(STATUSES, pick) === "failed" ? { error: { code: 131_000 + (pick % 3) } } : {}),
            ...(pick % 3 === 0
              ? {
                  pricing: {
                    category: of(["utility", "marketing"], pick),
                    type: "regular",
                    billable: pick % 2 === 0,
                  },
                }
              : {}),
          }),
        ),
    ),
  merges: async ({ db, threads }) => {
    if (threads.length < 3) return;
    const [kept, merged] = [threads[0]!, threads.pop()!];
    await db.query("select app_private.merge_contacts($1, $2)", [kept.contactId, merged.contactId]);
  },
  erases: async ({ db, threads }, pick) => {
    if (threads.length < 3 || pick % 3 > 0) return;
    await db.query("delete from app_public.contacts where id = $1", [threads.pop()!.contactId]);
  },
  deletes: ({ db, threads }, pick) =>
    db.query(
      `delete from app_public.messages m where m.id in (
         select n.id from app_public.messages n where n.conversation_id = $1 order by n.id limit 2
       )`,
      [of(threads, pick)!.conversationId],
    ),
  rolls_up: ({ db }, pick) => db.query("select app_private.roll_up_figures($1)", [1 + (pick % 20)]),
};

/** Counted from the rows, in words of its own. */
const TRUTH = `
  select
    (select json_agg(f order by f) from (
       select (m.occurred_at at time zone 'Europe/Berlin')::date::text as day, m.direction, m.author, m.type, count(*) as messages
       from app_public.messages m where m.tenant_id = $1 group by 1, 2, 3, 4
     ) f) as messages,
    (select json_agg(f order by f) from (
       select
         (s.created_at at time zone 'Europe/Berlin')::date::text as day, s.campaign_id, count(*) as messages,
         count(*) filter (where s.failed_at is null) as sent, count(*) filter (where s.status = 'failed') as failed,
         count(*) filter (where s.status in ('delivered', 'read', 'played')) as delivered,
         count(*) filter (where s.status in ('read', 'played')) as read
       from app_public.message_statuses s
       where s.tenant_id = $1 and s.status not in ('queued', 'sending', 'uncertain') group by 1, 2
     ) f) as deliveries,
    (select json_agg(f order by f) from (
       select s.campaign_id, s.error_code as code, count(*) as messages from app_public.message_statuses s
       where s.tenant_id = $1 and s.status = 'failed' group by 1, 2
     ) f) as failures,
    (select json_agg(f order by f) from (
       select s.pricing ->> 'category' as category, (s.pricing ->> 'billable')::boolean as billable, count(*) as messages
       from app_public.message_statuses s
       where s.tenant_id = $1 and s.pricing is not null and s.status not in ('queued', 'sending', 'uncertain') group by 1, 2
     ) f) as prices`;

const FIGURES = `
  select
    (select json_agg(f order by f) from (
       select f.day::text, f.direction, f.author, f.type, f.messages
       from app_public.tenants_message_figures(t, '2026-03-01', '2026-12-31', '{day,direction,author,type}') f
     ) f) as messages,
    (select json_agg(f order by f) from (
       select f.day::text, f.campaign_id, f.messages, f.sent, f.failed, f.delivered, f.read
       from app_public.tenants_delivery_figures(t, '2026-03-01', '2026-12-31', '{day,campaign}') f
     ) f) as deliveries,
    (select json_agg(f order by f) from (
       select f.campaign_id, f.error_code as code, f.messages
       from app_public.tenants_failure_figures(t, '2026-03-01', '2026-12-31', '{campaign}') f
     ) f) as failures,
    (select json_agg(f order by f) from (
       select f.category, f.is_billable as billable, f.messages
       from app_public.tenants_price_figures(t, '2026-03-01', '2026-12-31') f
     ) f) as prices
  from app_public.tenants t where t.id = $1`;

async function aWorld(db: pg.PoolClient): Promise<World> {
  const workspace = await aWorkspace(db);
  await db.query("update app_public.tenants set time_zone = 'Europe/Berlin' where id = $1", [
    workspace.tenantId,
  ]);
  const threads: Thread[] = [];
  for (let n = 0; n < 6; n++) threads.push(await aConversation(db, workspace));
  return { db, workspace, threads, wamids: [], sent: [] };
}

async function recount(db: pg.PoolClient, tenantId: string): Promise<number> {
  const { rows } = await db.query("select app_private.recount_figures($1) as wrong", [tenantId]);
  return rows[0].wrong;
}

async function figures(db: pg.PoolClient, sql: string, tenantId: string) {
  return (await db.query(sql, [tenantId])).rows[0];
}

story("after any history, figures are what a recount finds, rolled up or not", async (db) => {
  const histories = fc.array(fc.tuple(fc.constantFrom(...Object.keys(ACTIONS)), fc.nat(1_000)), {
    minLength: 30,
    maxLength: 50,
  });
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      await db.query("savepoint history");
      const world = await aWorld(db);
      const { tenantId } = world.workspace;
      for (const [name, pick] of history) await ACTIONS[name]!(world, pick);
      const truth = await figures(db, TRUTH, tenantId);
      assert.deepEqual(await figures(db, FIGURES, tenantId), truth);
      assert.equal(await recount(db, tenantId), 0);
      await db.query("select app_private.roll_up_figures(), app_private.delete_old_rows()");
      assert.deepEqual(await figures(db, FIGURES, tenantId), truth);
      assert.equal(await recount(db, tenantId), 0);
      await db.query("rollback to savepoint history");
    }),
    { numRuns: 5 },
  );
});

story("a recount corrects what is wrong, and only that", async (db) => {
  const { workspace, threads } = await aWorld(db);
  const { tenantId } = workspace;
  await hear(db, workspace, threads[0]!, { at: moment(0) }, { at: moment(1) });
  await send(db, threads[1]!.conversationId);
  await db.query("select app_private.roll_up_figures()");
  const truth = await figures(db, FIGURES, tenantId);
  await db.query(
    "update app_hidden.message_stats set count = count + 5 where tenant_id = $1 and direction = 'inbound'",
    [tenantId],
  );
  assert.equal(await recount(db, tenantId), 2);
  assert.deepEqual(await figures(db, FIGURES, tenantId), truth);

  // Rows that were written without triggers, as by a bulk load.
  await db.query("delete from app_hidden.message_stats where tenant_id = $1", [tenantId]);
  assert.equal(await recount(db, tenantId), 3);
  assert.deepEqual(await figures(db, FIGURES, tenantId), truth);
});

story("in another time zone, the same messages belong to other days", async (db) => {
  const { workspace, threads } = await aWorld(db);
  const { tenantId } = workspace;
  const days = async () =>
    (
      await db.query(
        `select f.day::text, f.messages from app_public.tenants t
         cross join lateral app_public.tenants_message_figures(t, '2026-03-01', '2026-12-31') f where t.id = $1`,
        [tenantId],
      )
    ).rows.map(({ day, messages }) => [day, messages]);
  // Half an hour before midnight in UTC.
  await hear(db, workspace, threads[0]!, { at: new Date("2026-06-30T23:30:00Z") });
  await db.query("select app_private.roll_up_figures()");
  await hear(db, workspace, threads[0]!, { at: new Date("2026-06-30T23:30:00Z") });
  assert.deepEqual(await days(), [["2026-07-01", 2]]);
  await db.query("update app_public.tenants set time_zone = 'America/New_York' where id = $1", [tenantId]);
  const { rows } = await db.query(
    "select key from graphile_worker.jobs where task_identifier = 'recount_figures' and key like '%' || $1",
    [tenantId],
  );
  assert.equal(rows.length, 1);
  assert.equal(await recount(db, tenantId), 2);
  assert.deepEqual(await days(), [["2026-06-30", 2]]);
});

story("figures of months whose partitions were dropped stay", async (db) => {
  const { workspace } = await aWorld(db);
  const { rows } = await db.query("select app_private.first_counted_day()::text as day");
  assert.equal(rows[0].day, "-infinity");
  await db.query(
    `insert into app_hidden.message_stats values ($1, '2026-03-01', $2, 'inbound', 'contact', 'text', 7)`,
    [workspace.tenantId, workspace.channelId],
  );
  // Control: as long as all partitions exist, this is a mistake.
  await db.query("savepoint counted");
  assert.equal(await recount(db, workspace.tenantId), 1);
  await db.query("rollback to savepoint counted");
  await db.query(
    `do $$ declare v_name text; begin
       for v_name in
         select c.oid::regclass from pg_inherits i join pg_class c on c.oid = i.inhrelid
         where i.inhparent = 'app_public.messages'::regclass order by c.relname limit 1
       loop execute format('alter table app_public.messages detach partition %s', v_name); end loop;
     end $$`,
  );
  assert.equal(await recount(db, workspace.tenantId), 0);
});
