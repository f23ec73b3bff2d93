import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { borrowTestDatabase, type TestDatabase } from "../../support/database.ts";

/**
 * The triggers of a table stand in `<domain>/<table>.triggers.sql`, in firing order, and its policies and grants in
 * `<domain>/<table>.policies.sql`: who changes the table or reads it sees all of them at once.
 */

type Table = { name: string; triggers: string[]; policies: string[] };
type Files = Record<string, string>;

const FIXTURES = new URL("../../../migrations/fixtures/", import.meta.url);
const MIGRATIONS = new URL("../../../migrations/committed/", import.meta.url);

const TRIGGER = /^create or replace trigger (\w+)\s[^;]*?\son (app_\w+\.\w+)\s/;
const POLICY = /^create policy (\w+) on (app_\w+\.\w+)\s/;
const ACCESS = /^(?:drop policy if exists \w+|(?:grant|revoke) [^;]*?)\son (app_\w+\.\w+)(?:\s|$)/;

/** What stands in another file than it should, or in another order. */
function problemsOf(files: Files, tables: readonly Table[]): string[] {
  const isTable = new Set(tables.map(({ name }) => name));
  const found = new Map<string, string[]>();
  const problems: string[] = [];
  for (const [file, text] of Object.entries(files)) {
    const [, table, kind] = /(?:^|\/)(\w+)\.(triggers|policies)\.sql$/.exec(file) ?? [];
    for (const statement of statementsOf(text)) {
      const [, trigger, triggered] = TRIGGER.exec(statement) ?? [];
      const [, policy, protectedTable] = POLICY.exec(statement) ?? [];
      const [, opened] = ACCESS.exec(statement) ?? [];
      // A view has no policies: what is granted on it stands with its definition.
      const owner = triggered ?? protectedTable ?? (opened && isTable.has(opened) ? opened : undefined);
      const expected = triggered ? "triggers" : owner && "policies";
      if (kind !== expected || (owner && owner.split(".")[1] !== table))
        problems.push(`${file}: ${statement.slice(0, 80)}`);
      const name = trigger ?? policy;
      if (name) found.set(`${expected} of ${owner}`, [...(found.get(`${expected} of ${owner}`) ?? []), name]);
    }
  }
  for (const { name, triggers, policies } of tables) {
    if (`${found.get(`triggers of ${name}`) ?? []}` !== `${triggers}`)
      problems.push(`${name}: its triggers, in firing order, are ${triggers.join(", ")}`);
    if (`${(found.get(`policies of ${name}`) ?? []).sort()}` !== `${policies}`)
      problems.push(`${name}: its policies are ${policies.join(", ")}`);
  }
  return problems;
}

/** Without comments and the bodies of functions. */
function statementsOf(text: string): string[] {
  return text
    .replace(/\$(\w*)\$[\s\S]*?\$\1\$/g, "")
    .replace(/^\s*--.*$/gm, "")
    .split(";")
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");
}

/** A migration without what it includes. */
function ownText(migration: string): string {
  return migration.replace(/^--! Included (\S+)$[\s\S]*?^--! EndIncluded \1$/gm, "");
}

function read(pattern: string, folder: URL): Files {
  const names = globSync(pattern, { cwd: folder.pathname }).sort();
  return Object.fromEntries(names.map((name) => [name, readFileSync(new URL(name, folder), "utf8")]));
}

const files: Files = {
  ...read("**/*.sql", FIXTURES),
  ...Object.fromEntries(
    Object.entries(read("*.sql", MIGRATIONS)).map(([name, text]) => [name, ownText(text)]),
  ),
};

let database: TestDatabase;
let tables: Table[];
before(async () => {
  database = await borrowTestDatabase();
  const { rows } = await database.pool.query<Table>(`
    select
      c.oid::regclass::text as name,
      array(
        select g.tgname::text from pg_trigger g
        where g.tgrelid = c.oid and not g.tgisinternal
        -- Before by statement (2) and by row (3), after by row (1) and by statement (0); among these by name.
        order by array_position('{2,3,1,0}', g.tgtype & 3), g.tgname collate "C"
      ) as triggers,
      array(select p.polname::text from pg_policy p where p.polrelid = c.oid order by p.polname collate "C") as policies
    from pg_class c
    where c.relnamespace::regnamespace::text in ('app_public', 'app_hidden', 'app_private')
    and c.relkind in ('r', 'p')
    and not c.relispartition
    order by 1`);
  tables = rows;
});
after(() => database.drop());

test("triggers and policies stand in the files of their tables, triggers in firing order", () => {
  assert.ok(tables.length > 40);
  assert.deepEqual(problemsOf(files, tables), []);
});

/** Triggers without a reason. The first two are the same on every table, and their functions say why. */
function unexplained(text: string): string[] {
  let last = "";
  return text.split("\n\n").flatMap((block) => {
    const [, name] = /^create or replace trigger (\w+)/m.exec(block) ?? [];
    const [, procedure = ""] = /execute function (\w+\.\w+)/.exec(block) ?? [];
    const isExplained =
      block.startsWith("-- ") || /\.tg__(timestamps|fill_in_tenant)$/.test(procedure) || procedure === last;
    last = procedure;
    return name && !isExplained ? [name] : [];
  });
}

test("every trigger says why it exists, unless the one before it is of the same function", () => {
  for (const [file, text] of Object.entries(files))
    if (file.endsWith(".triggers.sql")) assert.deepEqual(unexplained(text), [], file);
  const [, , third] = files["contacts/tags.triggers.sql"]!.split("\n\n");
  assert.deepEqual(unexplained(third!.replace(/^-- .*\n/, "")), ["_120_clean_name"]);
});

test("the rule accepts correct files and refuses others", () => {
  const triggers = files["contacts/tags.triggers.sql"]!;
  const policies = files["contacts/tags.policies.sql"]!;
  const [first, second, third] = triggers.split("\n\n");
  const broken: Files[] = [
    { ...files, "contacts/tags.triggers.sql": [second, first, third].join("\n\n") },
    { ...files, "contacts/tags.triggers.sql": `${first}\n\n${second}` },
    { ...files, "contacts/tags.triggers.sql": `${triggers}\n${policies}`, "contacts/tags.policies.sql": "" },
    { ...files, "contacts/groups.triggers.sql": triggers, "contacts/tags.triggers.sql": "" },
    { ...files, "shared/tg__clean_name.sql": triggers, "contacts/tags.triggers.sql": "" },
    { ...files, "000002.sql": ownText(policies), "contacts/tags.policies.sql": "" },
    { ...files, "contacts/tags.policies.sql": policies.replace(/create policy select_member[^;]*;/, "") },
    {
      ...files,
      "contacts/tags.policies.sql": `${policies}\ngrant insert on app_public.groups to parley_visitor;`,
    },
  ];
  for (const [at, some] of broken.entries()) assert.notDeepEqual(problemsOf(some, tables), [], `${at}`);
});
