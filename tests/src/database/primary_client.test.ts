import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type pg from "pg";
import { openThrowaway, type Throwaway } from "../../../embedded/throwaway.ts";
import { readConfig } from "../../../src/base/config.ts";
import { readDatabaseUrl } from "../../../src/base/database_hosts.ts";
import { createLog } from "../../../src/base/log.ts";
import { createPool } from "../../../src/database/pool.ts";
import { PrimaryClient, primaryUrl, StandbyError } from "../../../src/database/primary_client.ts";
import { DatabaseServer } from "../../support/database_server.ts";
import { freePort } from "../../support/killable_process.ts";
import { until } from "../../support/until.ts";

const log = createLog("silent");

let throwaway: Throwaway;
let first: DatabaseServer;
let second: DatabaseServer;
let deadPort: number;
before(async () => {
  const settings = { synchronous_commit: "on", wal_keep_size: "256MB" };
  throwaway = await openThrowaway({ log, durable: false, settings });
  first = await DatabaseServer.of(throwaway);
  second = await first.startStandby();
  deadPort = await freePort();
});
after(async () => {
  await second.release();
  await throwaway.release();
});

function urlOf(...ports: number[]): string {
  const hosts = ports.map((port) => `127.0.0.1:${port}`).join(",");
  return readDatabaseUrl(first.superuserUrl.replace(/127\.0\.0\.1:\d+/, hosts))!;
}

async function portOf(url: string): Promise<number> {
  const client = new PrimaryClient({ connectionString: url });
  await client.connect();
  const { rows } = await client.query("select inet_server_port() as port");
  await client.end();
  return rows[0].port;
}

test("the primary is found in any place of the list, beside a standby and a host that is down", async () => {
  for (const ports of [[first.port], [first.port, second.port], [deadPort, second.port, first.port]]) {
    assert.equal(await portOf(urlOf(...ports)), first.port);
    assert.equal(new URL(await primaryUrl(urlOf(...ports))).port, String(first.port));
  }
});

test("a standby is refused, alone and among hosts that are down", async () => {
  await assert.rejects(portOf(urlOf(second.port)), StandbyError);
  await assert.rejects(portOf(urlOf(second.port, second.port)), StandbyError);
  await assert.rejects(portOf(urlOf(deadPort, second.port)), { code: "ECONNREFUSED" });
});

/** Writes rows one after the other, through every failure, and returns those that were acknowledged. */
async function writeUntil(pool: pg.Pool, isOver: () => boolean): Promise<number[]> {
  const acknowledged: number[] = [];
  for (let id = 0; !isOver(); id += 1) {
    try {
      await pool.query("insert into written values ($1)", [id]);
      acknowledged.push(id);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  return acknowledged;
}

test("a pool follows the primary; nothing acknowledged is lost, and the old primary is left alone as a standby", async () => {
  const config = { ...readConfig({ NODE_ENV: "test" }), DATABASE_POOL_SIZE: 3 };
  const pool = createPool(urlOf(first.port, second.port), "test", config, log);
  const oldPort = first.port;
  let isOver = false;
  try {
    await pool.query("create table written (id int)");
    await pool.query("alter system set synchronous_standby_names = 'standby'");
    await pool.query("select pg_reload_conf()");
    await until("synchronous replication", async () => {
      const { rows } = await pool.query("select sync_state from pg_stat_replication");
      return rows[0]?.sync_state === "sync";
    });
    const writing = writeUntil(pool, () => isOver);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await first.kill();
    const began = performance.now();
    await second.promote();
    const serves = async () => (await pool.query("select 1").catch(() => null)) !== null;
    await until("the pool to reach the new primary", serves);
    assert.ok(performance.now() - began < 10_000);

    const third = await second.startStandby({ port: oldPort });
    try {
      await new Promise((resolve) => setTimeout(resolve, 100));
      isOver = true;
      const acknowledged = await writing;
      const { rows } = await pool.query(
        "select array_agg(id) as ids, min(inet_server_port()) as port from written",
      );
      assert.equal(rows[0].port, second.port);
      assert.deepEqual(
        acknowledged.filter((id) => !rows[0].ids.includes(id)),
        [],
      );
      assert.equal(await portOf(urlOf(oldPort, second.port)), second.port);
    } finally {
      await third.release();
    }
  } finally {
    isOver = true;
    await pool.end();
  }
});
