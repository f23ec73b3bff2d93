import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { TokenBucket } from "../../../sandbox/token_bucket.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { aWorkspace } from "../../support/people.ts";

/** The pace that a channel finds against a provider's token bucket. The clock is this test's. */

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

const STEP_MS = 100;

type Provider = (now: number) => boolean;

/** A channel that always has something to send. */
async function aChannel(provider: Provider) {
  const { pool } = database;
  const { channelId } = await aWorkspace(pool);
  let now = 0;
  let budget = 0;

  /** What the time that passes means to the database: all that it has written down is longer ago. */
  async function step(): Promise<number> {
    const { rows } = await pool.query(
      `update app_private.channel_states s set
         paused_until = s.paused_until - make_interval(secs => $2),
         learned_at = s.learned_at - make_interval(secs => $2)
       from app_public.channels c
       where s.channel_id = $1 and c.id = s.channel_id
       returning app_private.channel_pace(c, s) as pace, s.paused_until > now() as is_paused`,
      [channelId, STEP_MS / 1000],
    );
    now += STEP_MS;
    const { pace, is_paused: isPaused } = rows[0];
    budget = isPaused ? 0 : Math.min(budget + (pace * STEP_MS) / 1000, Math.max(1, pace / 4), 256);
    let accepted = 0;
    for (let isRefused = false; budget >= 1 && !isRefused; budget -= 1) {
      isRefused = !provider(now);
      if (isRefused)
        await pool.query("select app_private.pause_channel($1, interval '1 second')", [channelId]);
      else accepted += 1;
    }
    return accepted;
  }

  return {
    /** Messages a second, on the average of so many seconds. */
    async pace(seconds: number): Promise<number> {
      let accepted = 0;
      for (let at = 0; at < seconds * 1000; at += STEP_MS) accepted += await step();
      return accepted / seconds;
    },
  };
}

for (const [takes, burst] of [
  [70, 70],
  [70, 20],
  [20, 20],
  [250, 250],
] as const)
  test(`a number that takes ${takes} a second, ${burst} at once, ends near ${takes}`, async () => {
    const bucket = new TokenBucket(takes, burst);
    const channel = await aChannel((now) => bucket.take(now));
    await channel.pace(30);
    const pace = await channel.pace(60);
    assert.ok(pace > takes * 0.85 && pace < takes * 1.1, `${pace} a second`);
  });

test("a minute in which all is refused is forgotten within a minute", async () => {
  const bucket = new TokenBucket(70, 70);
  let isStorm = false;
  const channel = await aChannel((now) => !isStorm && bucket.take(now));
  await channel.pace(30);
  isStorm = true;
  assert.equal(await channel.pace(60), 0);
  isStorm = false;
  await channel.pace(60);
  const pace = await channel.pace(20);
  assert.ok(pace > 60, `${pace} a second`);
});
