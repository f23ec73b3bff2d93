import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { borrowTestDatabase, type TestDatabase } from "../../support/database.ts";
import { rolledBack } from "../../support/transaction.ts";

/** A convention, as a question to the catalog that has no answer while it is kept. */
type Rule = {
  rule: string;
  /** Returns a column `what`: each thing that breaks the rule. `ours` lists our schemas' tables, functions, … */
  sql: string;
  /** Statements that break it: the control. A rule that cannot be broken proves nothing. */
  broken: string;
};

/** Tests each rule, and that its control breaks it. */
export function testRules(rules: Rule[]): void {
  let database: TestDatabase;
  before(async () => {
    database = await borrowTestDatabase();
  });
  after(() => database.drop());

  for (const { rule, sql, broken } of rules)
    test(rule, () =>
      rolledBack(database.pool, async (db) => {
        const offenders = async () =>
          (await db.query<{ what: string }>(OURS + sql)).rows.map(({ what }) => what);
        assert.deepEqual(await offenders(), []);
        await db.query(broken);
        assert.notDeepEqual(await offenders(), [], "the control did not break the rule");
      }),
    );
}

const OURS = `
  with schemas as (
    select oid, nspname from pg_namespace where nspname in ('app_public', 'app_hidden', 'app_private')
  ),
  tables as (
    select c.*, n.nspname from pg_class c join schemas n on n.oid = c.relnamespace where c.relkind in ('r', 'p')
  ),
  columns as (
    select a.*, t.nspname, t.relname, t.oid as table_id, t.relispartition
    from tables t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
  ),
  foreign_keys as (
    select k.* from pg_constraint k join tables t on t.oid = k.conrelid
    where k.contype = 'f' and k.conparentid = 0 and not t.relispartition
  ),
  functions as (
    select p.*, n.nspname, p.oid::regprocedure::text as signature
    from pg_proc p join schemas n on n.oid = p.pronamespace
    -- An extension's functions are its own.
    where not exists (
      select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
    )
  ),
  triggers as (
    select g.*, t.nspname, t.relname, f.proname, f.prosrc, f.nspname as function_schema
    from pg_trigger g
    join tables t on t.oid = g.tgrelid and not t.relispartition
    join functions f on f.oid = g.tgfoid
    where not g.tgisinternal
  ),
  policies as (
    select p.*, t.nspname, t.relname, t.oid as table_id from pg_policy p join tables t on t.oid = p.polrelid
  )`;
