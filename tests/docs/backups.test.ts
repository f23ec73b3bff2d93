import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { type Parley, parleyOn } from "../src/cli/commands/parley.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aConversation, aWorkspace } from "../support/people.ts";
import { blocksOf, document } from "./document.ts";

const run = promisify(execFile);

const page = document("docs/backup.md");
/** The commands that back up one table. */
const commands = blocksOf(page)
  .flatMap(({ text }) => text.split("\n"))
  .filter((line) => /^(pg_dump|npx parley sql "copy) .*app_public\./.test(line));

let database: TestDatabase;
let parley: Parley;
before(async () => {
  database = await createTestDatabase();
  parley = parleyOn(database);
  const { conversationId } = await aConversation(database.pool, await aWorkspace(database.pool));
  await database.pool.query(
    `insert into app_public.messages (conversation_id, type, content)
     select $1, 'text', jsonb_build_object('body', 'backed up ' || i) from generate_series(1, 3) i`,
    [conversationId],
  );
});
after(() => database.drop());

test("the patterns of the page match every partition, and nothing else", async () => {
  const { rows } = await database.pool.query<{ parent: string; partition: string }>(
    `select p.relname as parent, i.inhrelid::regclass::text as partition
     from pg_inherits i join pg_class p on p.oid = i.inhparent
     where p.relkind = 'p' and p.relnamespace = 'app_public'::regnamespace`,
  );
  assert.ok(rows.length > 10);
  for (const { parent, partition } of rows) {
    assert.ok(page.text.includes(`-t 'app_private.${parent}_*'`), parent);
    assert.ok(partition.startsWith(`app_private.${parent}_`), partition);
  }
});

test("the rows are copied without pg_dump", async () => {
  const copies = commands.flatMap((line) => /^npx parley sql "(copy .+)" >/.exec(line)?.[1] ?? []);
  assert.equal(copies.length, 2);
  const [messages, webhooks] = await Promise.all(copies.map((copy) => parley(["sql", copy])));
  assert.equal(messages?.stdout.match(/backed up \d/g)?.length, 3 * 2, "content and preview");
  assert.deepEqual([webhooks?.code, webhooks?.stdout], [0, "id,created_at,body\n"]);
});

/** pg_dump refuses a server that is newer than itself. */
async function canDump(): Promise<boolean> {
  const { rows } = await database.pool.query("show server_version_num");
  const version = await run("pg_dump", ["--version"]).then(
    ({ stdout }) => stdout,
    () => "",
  );
  return Number(/ (\d+)/.exec(version)?.[1] ?? 0) >= Math.trunc(rows[0].server_version_num / 10_000);
}

test("pg_dump has the rows with the command of the page, and none with the table alone", async (t) => {
  if (!(await canDump())) return t.skip("no pg_dump as new as the server");
  const [line = ""] = commands.filter((each) => each.startsWith("pg_dump"));
  const patterns = [...line.matchAll(/-t '?([\w.*]+)'?/g)].flatMap(([, pattern = ""]) => ["-t", pattern]);
  const dump = async (args: string[]) =>
    (await run("pg_dump", ["--data-only", ...args, database.ownerUrl])).stdout;
  assert.match(await dump(patterns), /backed up 3/);
  assert.doesNotMatch(await dump(patterns.slice(0, 2)), /backed up/);
});
