import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type pg from "pg";
import { EXPORT_KINDS, type ExportName } from "../../../src/exports/export_kinds.ts";
import { exportQuery } from "../../../src/exports/export_query.ts";
import { exportRows } from "../../../src/exports/export_rows.ts";
import { borrowTestDatabase, type TestDatabase } from "../../support/database.ts";
import { send } from "../../support/messages.ts";
import { aConversation, anApiKey, aPerson, aWorkspace, become } from "../../support/people.ts";
import { rolledBack } from "../../support/transaction.ts";

let database: TestDatabase;
before(async () => {
  database = await borrowTestDatabase();
});
after(() => database.drop());

async function exported(db: pg.PoolClient, text: string, values: readonly unknown[] = []): Promise<string[]> {
  let file = "";
  for await (const part of exportRows(db, { text, values })) file += part;
  await db.query("close export");
  return file.replace("\ufeff", "").trimEnd().split("\r\n");
}

test("each kind of rows is exported as the caller sees it, with the columns that are chosen", () =>
  rolledBack(database.pool, async (db) => {
    const workspace = await aWorkspace(db);
    const thread = await aConversation(db, workspace);
    await send(db, thread.conversationId);
    const agent = await aPerson(db, workspace.tenantId, "agent");
    const other = await aWorkspace(db);
    await send(db, (await aConversation(db, other)).conversationId);
    await become(db, agent);
    for (const name of Object.keys(EXPORT_KINDS) as ExportName[]) {
      const { text, values } = await exportQuery(db, { name });
      const [header, ...rows] = await exported(db, text, values);
      assert.equal(header, Object.keys(EXPORT_KINDS[name].columns).join(","));
      assert.equal(rows.length, name === "campaign_recipients" ? 0 : 1, name);
    }
    const some = await exportQuery(db, {
      name: "messages",
      columns: ["phone", "direction", "status"],
      filter: { field: "direction", is: "outbound" },
    });
    assert.deepEqual(await exported(db, some.text, some.values), [
      "phone,direction,status",
      `'${thread.phone},outbound,queued`,
    ]);
    const all = await exportQuery(db, { name: "contacts", columns: ["phone"], filter: { all: [] } });
    assert.deepEqual(await exported(db, all.text, all.values), ["phone", `'${thread.phone}`]);
    await assert.rejects(async () => exportRows(db, some, { delimiter: "\n" }).next(), { code: "PYREQ" });
    await assert.rejects(exportQuery(db, { name: "users", columns: ["password"] }), { code: "PYREQ" });
    await assert.rejects(exportQuery(db, { name: "users", filter: {} }), { code: "PYREQ" });
  }));

test("no cell is a formula, numbers are numbers, and all pages are read", () =>
  rolledBack(database.pool, async (db) => {
    const values = ["=1+1", "+49", "-1", "@a", "\ta", "＝1", "'=1", "a=1", "", 'q"q', "a,b\nc"];
    const lines = await exported(db, "select v, -1 as n from unnest($1::text[]) v", [values]);
    assert.deepEqual(
      lines.join("\n"),
      [
        "v,n",
        ..."'=1+1 '+49 '-1 '@a '\ta '＝1 ''=1 a=1".split(" ").map((cell) => `${cell},-1`),
        ",-1",
        '"q""q",-1',
        '"a,b\nc",-1',
      ].join("\n"),
    );
    assert.equal((await exported(db, "select n from generate_series(1, 2500) n")).length, 2501);
  }));

/** Each statement has a transaction of its own. */
test("only one select is run, and it can neither write nor leave its tenant", async () => {
  const refused = (text: string) =>
    rolledBack(database.pool, async (db) => {
      const { tenantId } = await aWorkspace(db);
      await become(db, await anApiKey(db, tenantId, ["manage_all"]));
      await db.query("set transaction read only");
      return exported(db, text).then(String, ({ code }: pg.DatabaseError) => code);
    });
  assert.equal(await refused("select count(*) from app_public.tenants"), "count,1");
  assert.equal(await refused("select 1; select 2"), "42601");
  assert.equal(await refused("delete from app_public.contacts"), "42601");
  assert.match(
    (await refused("with d as (delete from app_public.tags returning 1) select 1"))!,
    /^(0A000|25006)$/,
  );
  assert.equal(await refused("select app_public.cancel_import(gen_random_uuid())"), "25006");
  assert.equal(await refused("select set_config('transaction_read_only', 'off', true)"), "25001");
  assert.equal(await refused("select * from app_private.sessions"), "42501");
  assert.equal(await refused("select pg_read_file('/etc/passwd')"), "42501");
});
