import assert from "node:assert/strict";
import type pg from "pg";
import { send } from "../../support/messages.ts";
import { claim } from "../../support/outbox.ts";
import { aConversation, aWorkspace, type Workspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

const story = stories();

async function queue(db: pg.PoolClient, workspace: Workspace, count: number): Promise<void> {
  for (let number = 0; number < count; number++)
    await send(db, (await aConversation(db, workspace)).conversationId);
}

const setChannel = (db: pg.PoolClient, { channelId }: Workspace, change: string) =>
  db.query(`update app_public.channels set ${change} where id = $1`, [channelId]);

const nextSendIn = async (db: pg.PoolClient, maxWait: number) =>
  (await db.query("select app_private.next_send_in($1) as ms", [maxWait])).rows[0].ms;

const paceClock = async (db: pg.PoolClient, set = "pace_clock") =>
  (await db.query(`update app_private.channel_states set pace_clock = ${set} returning pace_clock`)).rows[0]
    .pace_clock;

story("a channel sends a quarter of a second's worth at once, and then as its clock allows", async (db) => {
  const workspace = await aWorkspace(db);
  await setChannel(db, workspace, "messages_per_second = 20");
  await queue(db, workspace, 20);
  const before = Date.now();
  const first = (await claim(db)).length;
  // A busy machine may take the twentieth of a second for one more between two looks at the clock.
  assert.ok(first === 5 || first === 6, `${first} at once`);
  assert.ok((await paceClock(db)).getTime() >= before, "what was sent is paid for");
  await paceClock(db, "clock_timestamp() - interval '100 milliseconds'");
  const later = (await claim(db)).length;
  assert.ok(later >= 2 && later <= 6, `${later} after a tenth of a second`);
});

story("a server's clock that is set back stops no channel", async (db) => {
  const workspace = await aWorkspace(db);
  await setChannel(db, workspace, "messages_per_second = 20");
  await queue(db, workspace, 2);
  await paceClock(db, "clock_timestamp() + interval '1 hour'");
  assert.ok((await nextSendIn(db, 1000)) <= 50 + 10);
  assert.equal((await claim(db)).length, 2);
  const { rows } = await db.query(
    "select pace_clock < clock_timestamp() + interval '1 second' as is_right from app_private.channel_states",
  );
  assert.deepEqual(rows, [{ is_right: true }]);
});

story("the slowest pace still sends one", async (db) => {
  const workspace = await aWorkspace(db);
  await setChannel(db, workspace, "messages_per_second = 1");
  await queue(db, workspace, 2);
  assert.equal((await claim(db)).length, 1);
  assert.equal((await claim(db)).length, 0);
});

story("the pace of one channel does not affect another channel", async (db) => {
  const slow = await aWorkspace(db);
  const fast = await aWorkspace(db);
  await setChannel(db, slow, "messages_per_second = 4");
  await queue(db, slow, 3);
  await queue(db, fast, 3);
  assert.equal((await claim(db)).length, 4);
});

/** The pace of a channel whose last refusal was so many seconds ago. */
async function paceAfter(db: pg.PoolClient, { channelId }: Workspace, seconds: number): Promise<number> {
  const { rows } = await db.query(
    `select app_private.channel_pace(
         c, jsonb_populate_record(s, jsonb_build_object('learned_at', now() - make_interval(secs => $2)))
       ) as pace
     from app_private.channel_states s join app_public.channels c on c.id = s.channel_id where c.id = $1`,
    [channelId, seconds],
  );
  return rows[0].pace;
}

story("a refusal pauses a channel and lowers its pace, which recovers within a minute", async (db) => {
  const workspace = await aWorkspace(db);
  assert.equal(await paceAfter(db, workspace, 0), 100_000, "nothing was refused");
  await db.query("select app_private.pause_channel($1, interval '1 second')", [workspace.channelId]);
  await queue(db, workspace, 3);
  assert.equal((await claim(db)).length, 0, "nothing goes out during the pause");
  await db.query("update app_private.channel_states set learned_messages_per_second = 20");
  const paces = [];
  for (const seconds of [0, 6, 12, 24, 36, 60, 86_400]) paces.push(await paceAfter(db, workspace, seconds));
  assert.deepEqual(paces, [14, 19, 20, 26, 68, 404, 100_000]);
});

story("one refusal answers a whole burst, however late the others come", async (db) => {
  const { channelId } = await aWorkspace(db);
  const refused = async (postedAgo = "0") => {
    await db.query("select app_private.pause_channel($1, interval '1 second', $2)", [channelId, postedAgo]);
    const { rows } = await db.query(
      "select learned_messages_per_second as pace from app_private.channel_states",
    );
    return rows[0].pace;
  };
  const pauseIsOver = () =>
    db.query(
      "update app_private.channel_states set paused_until = now() - interval '1 second', learned_at = now() - interval '1 second'",
    );
  assert.deepEqual([await refused(), await refused()], [1000, 1000]);
  await pauseIsOver();
  assert.equal(await refused("3 seconds"), 1000, "posted before the first refusal");
  await pauseIsOver();
  const pace = await refused();
  assert.ok(pace < 500, `refused again as soon as it went on: ${pace}`);
});

for (const change of ["status = 'paused'", "status = 'stopped'"])
  story(
    `a channel whose ${change} keeps its messages, and sends them when it is active again`,
    async (db) => {
      const workspace = await aWorkspace(db);
      await queue(db, workspace, 1);
      await setChannel(db, workspace, change);
      assert.equal((await claim(db)).length, 0);
      assert.equal(await nextSendIn(db, 1000), null);
      await setChannel(db, workspace, "status = 'active'");
      assert.equal((await claim(db)).length, 1);
    },
  );

story("no message is sent for a closed tenant", async (db) => {
  const workspace = await aWorkspace(db);
  await queue(db, workspace, 1);
  await db.query("update app_public.tenants set status = 'inactive' where id = $1", [workspace.tenantId]);
  assert.equal((await claim(db)).length, 0);
  assert.equal(await nextSendIn(db, 1000), null);
});

story("the provider stops a channel once; a person's pause is not turned into its stop", async (db) => {
  const workspace = await aWorkspace(db);
  const stop = () =>
    db.query("select app_private.stop_channel($1, '190: token expired')", [workspace.channelId]);
  const status = async () =>
    (
      await db.query("select status, status_reason from app_public.channels where id = $1", [
        workspace.channelId,
      ])
    ).rows[0];
  await setChannel(db, workspace, "status = 'paused'");
  await stop();
  assert.deepEqual(await status(), { status: "paused", status_reason: null });
  await setChannel(db, workspace, "status = 'active'");
  await stop();
  assert.deepEqual(await status(), { status: "stopped", status_reason: "190: token expired" });
});

story(
  "a caller that asks for the next send gets the delay; if it is too long, a job is scheduled",
  async (db) => {
    const workspace = await aWorkspace(db);
    assert.equal(await nextSendIn(db, 1000), null);
    await queue(db, workspace, 1);
    assert.ok((await nextSendIn(db, 1000)) <= 50);
    await db.query("update app_private.outbox_lanes set due_at = now() + interval '500 milliseconds'");
    const wait = await nextSendIn(db, 1000);
    assert.ok(wait > 100 && wait <= 500, `${wait} ms`);
    await db.query("delete from graphile_worker._private_jobs");
    assert.equal(await nextSendIn(db, 100), null);
    const { rows } = await db.query(
      "select task_identifier, key, run_at > now() as is_later from graphile_worker.jobs",
    );
    assert.deepEqual(rows, [
      { task_identifier: "send_messages", key: "send_messages:later", is_later: true },
    ]);
  },
);

story("a sender may leave a channel to others, and take no more than a share of each", async (db) => {
  const busy = await aWorkspace(db);
  const free = await aWorkspace(db);
  await queue(db, busy, 3);
  await queue(db, free, 3);
  const taken = async (share: number | null, busyIds: string[]) =>
    (
      await db.query("select channel_id from app_private.claim_outbox(100, '1 minute', $1, $2)", [
        share,
        busyIds,
      ])
    ).rows.map(({ channel_id }) => channel_id);
  assert.deepEqual(await taken(null, [busy.channelId]), Array(3).fill(free.channelId));
  assert.deepEqual(await taken(2, []), Array(2).fill(busy.channelId));
  assert.deepEqual(await taken(2, []), [busy.channelId]);
});
