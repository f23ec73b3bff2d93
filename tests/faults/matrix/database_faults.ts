import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { until } from "../../support/until.ts";
import { DATABASE } from "./database_pair.ts";
import type { Fault } from "./fault.ts";
import { postSigned } from "./post_signed.ts";
import { SmallTablespace } from "./small_tablespace.ts";
import type { World } from "./world.ts";

const BACK_MS = 10_000;
/** Monitoring finds the API, and the API does not find the database. */
const NO_DATABASE = /^(health database|not ready|unreachable)$/;

/** Faults of the database servers. */
export const DATABASE_FAULTS: readonly Fault[] = [
  {
    name: "kill -9 of PostgreSQL",
    isShort: true,
    sign: NO_DATABASE,
    async run({ databases }, ms, detected) {
      const times = Math.max(1, Math.floor(ms / 6_000));
      for (let kill = 0; kill < times; kill += 1) {
        await databases.primary.kill();
        if (kill === 0) await detected();
        await databases.primary.start();
        await delay(1_000);
      }
      return `${times} kills`;
    },
  },
  {
    name: "PostgreSQL is suspended",
    isShort: true,
    sign: NO_DATABASE,
    async run({ databases, api, bots }, ms, detected) {
      await databases.primary.suspend();
      try {
        const webhook = { object: "whatsapp_business_account", entry: [] };
        const began = performance.now();
        const { status } = await postSigned(
          `${api.url}/webhooks/whatsapp/${bots.channelId}`,
          webhook,
          bots.appSecret,
        );
        const took = Math.round(performance.now() - began);
        assert.equal(status, 503, "a webhook was acknowledged without a database");
        await detected();
        await delay(Math.min(ms, 10_000));
        return `503 after ${took} ms`;
      } finally {
        await databases.primary.resume();
      }
    },
  },
  {
    name: "fail-over: the primary dies, and comes back as a standby",
    isShort: true,
    // It may be over before the next look at the health: then the webhooks that were refused show it.
    sign: /^(health database|not ready|unreachable|more parley_webhooks_total\{status="503"\})$/,
    async run(world, ms, detected) {
      const { databases, pool } = world;
      const before = await inboundStored(world);
      const began = performance.now();
      const promotion = await databases.failOver();
      await until(
        "messages to be stored on the new primary",
        async () => (await inboundStored(world).catch(() => 0)) > before,
        20_000,
      );
      const back = performance.now() - began;
      assert.ok(back < BACK_MS, `Parley was back after ${Math.round(back)} ms`);
      await detected();
      await databases.rejoin();
      await delay(Math.min(ms, 5_000));
      const { rows } = await pool.query("select inet_server_port() as port");
      assert.equal(rows[0].port, databases.primary.port, "the old primary is used as a standby");
      const left = await databases.standby.query(
        `select count(*)::int as connections from pg_stat_activity
         where application_name like 'parley %' and application_name <> 'parley probe'`,
      );
      assert.equal(left.rows[0].connections, 0, "connections stay on the old primary");
      return `promotion ${Math.round(promotion)} ms, back after ${Math.round(back)} ms`;
    },
  },
  {
    name: "the database's disk is full",
    isShort: true,
    isPossible: SmallTablespace.isPossible,
    sign: 'more parley_webhooks_total{status="503"}',
    async run({ databases, pool }, ms, detected) {
      const { rows } = await pool.query<{ tables: string[] }>(
        `select array(
           select format('app_private.%s_%s', t.name, to_char(now() at time zone 'UTC', 'YYYY_MM'))
           from unnest(array['webhook_events', 'messages']) t (name)
         ) as tables`,
      );
      const tablespace = await SmallTablespace.open(databases.primary, DATABASE, rows[0]!.tables);
      try {
        await tablespace.fill();
        await Promise.all([delay(ms), detected()]);
      } finally {
        await tablespace.close();
      }
      return undefined;
    },
  },
];

async function inboundStored({ pool }: World): Promise<number> {
  const { rows } = await pool.query(
    "select count(*)::int as messages from app_public.messages where direction = 'inbound'",
  );
  return rows[0].messages;
}
