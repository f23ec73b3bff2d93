import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { apiKeyHash } from "../../../../src/graphql/auth/api_key.ts";
import { createTestDatabase, type TestDatabase } from "../../../support/database.ts";
import { type Parley, parleyOn } from "./parley.ts";

let database: TestDatabase;
let parley: Parley;
before(async () => {
  database = await createTestDatabase();
  parley = parleyOn(database);
  await parley.json(["tenant", "add", "bakery"]);
});
after(() => database.drop());

const OF_BAKERY = ["--tenant", "bakery"];

async function isValid(secret: string): Promise<boolean> {
  const { rowCount } = await database.pool.query("select from app_hidden.use_api_key(decode($1, 'hex'))", [
    apiKeyHash(secret),
  ]);
  return rowCount === 1;
}

test("keys are created, listed and revoked; a key is shown once, and not in what a script may log", async () => {
  const create = ["key", "create", "Nightly report", ...OF_BAKERY, "--scope", "read"];
  const shown = await parley([...create, "--expires", "2999-12-31"]);
  const secret = /^API key, shown this once: (\S+)$/m.exec(shown.stderr)?.[1] ?? "";
  assert.ok(!shown.stdout.includes(secret));
  assert.ok(await isValid(secret));
  type Created = { id: string; secret: string };
  const other = await parley.json<Created>(["key", "create", "Orders", ...OF_BAKERY, "--scope", "send"]);

  const listed = await parley.json<Record<string, unknown>[]>(["key", "list", ...OF_BAKERY]);
  const facts = listed.map(({ name, scopes, ending, expires_at }) => [name, scopes, ending, expires_at]);
  assert.deepEqual(facts, [
    ["Nightly report", ["read"], `…${secret.slice(-4)}`, "2999-12-31T00:00:00.000Z"],
    ["Orders", ["send"], `…${other.secret.slice(-4)}`, null],
  ]);

  assert.equal((await parley(["key", "revoke", "Nightly report"])).code, 1, "a name needs its tenant");
  await parley.json(["key", "revoke", "nightly report", ...OF_BAKERY]);
  assert.ok(!(await isValid(secret)));
  await parley.json(["key", "revoke", other.secret]);
  assert.ok(!(await isValid(other.secret)));

  for (const wrong of [
    [...create, "--expires", "tomorrow"],
    [...create, "--expires", "2001-01-01"],
    [...create.slice(0, -1), "everything"],
  ])
    assert.equal((await parley(wrong)).code, 1, wrong.at(-1));
});
