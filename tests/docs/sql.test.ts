import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import pg from "pg";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { storedMedia } from "../support/media.ts";
import { aConversation, aWorkspace } from "../support/people.ts";
import { blocksOf, document } from "./document.ts";

/** The page is one story: its blocks run one after the other, and what they do stays. */
const blocks = blocksOf(document("docs/sql.md")).filter(({ language }) => language === "sql");

let database: TestDatabase;
let client: pg.Client;
/** psql's variables. */
let variables: Record<string, string>;

before(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  const workspace = await aWorkspace(client);
  await client.query("update app_public.tenants set slug = 'bakery' where id = $1", [workspace.tenantId]);
  const { conversationId } = await aConversation(client, workspace);
  variables = { conversation: conversationId, media: await storedMedia(client, workspace.tenantId) };
});

after(async () => {
  await client.end();
  await database.drop();
});

/** A statement with its variables filled in, as psql does it. */
function filledIn(text: string): string {
  return text.replaceAll(/:'(\w+)'/g, (_, name: string) => {
    const value = variables[name];
    assert.ok(value, `the variable ${name} has no value`);
    return pg.escapeLiteral(value);
  });
}

/** A role that the page makes sees its conversations, and nothing else. */
async function looksAround(role: string | undefined): Promise<void> {
  assert.ok(role);
  await client.query(`set local role ${role}`);
  const { rows } = await client.query("select count(*)::int as count from app_public.conversations");
  assert.ok(rows[0].count > 0);
  await assert.rejects(client.query("savepoint messages; select 1 from app_public.messages"), {
    code: "42501",
  });
  await client.query("rollback to savepoint messages");
  const figures = blocks.filter(({ text }) => /app_public\.tenants_\w+_figures/.test(text));
  assert.ok(figures.length >= 8);
  for (const { text } of figures) await client.query(text);
}

for (const { text, note, line } of blocks) {
  const title = text.split("\n", 1)[0]?.slice(0, 60);
  test(`docs/sql.md:${line} ${note} ${title}`, async () => {
    const [, code] = /^refused=(\w{5})$/.exec(note) ?? [];
    if (code !== undefined) {
      await assert.rejects(client.query(filledIn(text)), { code });
    } else if (note === "transaction") {
      // What belongs to the whole server is not left behind.
      await client.query("begin");
      try {
        await client.query(filledIn(text));
        await looksAround(/create role (\w+)/.exec(text)?.[1]);
      } finally {
        await client.query("rollback");
      }
    } else {
      assert.equal(note, "", "an unknown note");
      await client.query(filledIn(text));
    }
  });
}

test("the page's sends are in the outbox, and the messages that it calls unsent are not", async () => {
  const { rows } = await client.query<{ preview: string }>(
    `select m.preview from app_private.outbox o join app_public.messages m on m.id = o.message_id order by m.id`,
  );
  const previews = rows.map(({ preview }) => preview);
  for (const preview of ["Your order is ready", "Order 4711 is on its way", "Order 4711 is baked"])
    assert.equal(previews.filter((each) => each === preview).length, 1, preview);
  assert.ok(!previews.includes("Never sent"));
  // Erased with the customer, at the end of the page.
  assert.ok(!previews.includes("order_ready"));
});

test("the SQL of README.md's first session runs", async () => {
  const shell = blocksOf(document("README.md"))
    .filter(({ language }) => language === "sh")
    .map(({ text }) => text);
  const statements = shell.flatMap((text) =>
    [...text.matchAll(/(?:-c|parley sql) "\n([\s\S]*?)"$/gm)].map(([, sql = ""]) =>
      sql.replaceAll('\\"', '"'),
    ),
  );
  assert.equal(statements.length, 2);
  for (const statement of statements) assert.equal((await client.query(statement)).rowCount, 1, statement);
  const { rows } = await client.query(
    "select preview from app_public.messages order by created_at desc limit 1",
  );
  assert.equal(rows[0]?.preview, "Hello from SQL");
});

test("the functions that the page lists exist", async () => {
  const names = [...document("docs/sql.md").text.matchAll(/^\| `(\w+)\(?.*?\|/gm)]
    .flatMap(([row]) => [...row.matchAll(/`(\w+)(?:\(|`)/g)])
    .map(([, name = ""]) => name)
    .filter((name) => /_(message|read|conversation|status|role|open)$/.test(name));
  assert.ok(names.length >= 10, String(names));
  const { rows } = await client.query<{ name: string }>(
    "select proname as name from pg_proc where pronamespace = 'app_public'::regnamespace",
  );
  const known = new Set(rows.map(({ name }) => name));
  for (const name of names) assert.ok(known.has(name), name);
});
