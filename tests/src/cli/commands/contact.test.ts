import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../../../support/database.ts";
import { readZip } from "../../../support/read_zip.ts";
import { type Parley, parleyOn } from "./parley.ts";

let database: TestDatabase;
let parley: Parley;
before(async () => {
  database = await createTestDatabase();
  parley = parleyOn(database);
  await parley.json(["tenant", "add", "bakery"]);
  await database.pool.query(
    `insert into app_public.contacts (tenant_id, name, phone, external_ref)
     select t.id, c.*
     from app_public.tenants t
     cross join (values ('Ann', '+491711234567', null), ('Anna', '+491717654321', 'customer-7')) c`,
  );
});
after(() => database.drop());

const contact = (...args: string[]) => parley(["contact", ...args, "--tenant", "bakery"]);

test("contacts are shown, blocked, merged, deleted, restored and erased", async () => {
  assert.equal((await contact("block", "0049 171 1234567")).stdout, "Blocked Ann\n");
  const shown = await parley.json<Record<string, unknown>>([
    ...["contact", "show", "+49 (171) 123 45 67", "--tenant", "bakery"],
  ]);
  assert.deepEqual(
    [shown.name, shown.status, shown.guessed_language, shown.guessed_time_zone],
    ["Ann", "blocked", "de", "Europe/Berlin"],
  );
  assert.equal((await contact("unblock", String(shown.id))).stdout, "Unblocked Ann\n");

  const output = join(tmpdir(), `parley-${shown.id}.zip`);
  assert.equal((await contact("data", "Ann", "--output", output)).code, 1, "a name identifies no contact");
  assert.equal(
    (await contact("data", String(shown.id), "--output", output)).stdout,
    `Written to ${output}\n`,
  );
  const files = readZip(await readFile(output));
  await rm(output);
  assert.match(files.get("person.jsonl")!.toString(), /^\{"table" : "contacts", "row" : \{.*"Ann"/);

  const merge = ["merge", "+491711234567", "customer-7"];
  const preview = await contact(...merge, "--preview");
  assert.match(preview.stdout, /^Would merge into .*\n.*\ndiscarded: name = "Anna"\n/);
  assert.match((await contact(...merge)).stdout, /^Merged into /);
  assert.equal((await contact("merge", "customer-7", "+491717654321")).code, 1);

  assert.equal((await contact("delete", "customer-7")).stdout, "Deleted Ann\n");
  assert.equal((await contact("restore", "customer-7")).stdout, "Restored Ann\n");
  assert.match(
    (await contact("erase", "customer-7")).stdout,
    /^Erased, with 0 messages and 0 files: certificate [0-9a-f-]{36}\n/,
  );
  const [certificate] = await parley.json<Record<string, unknown>[]>([
    "erasure",
    "list",
    "--tenant",
    "bakery",
  ]);
  assert.equal(certificate!.messages, 0);
  assert.match((await contact("show", "customer-7")).stderr, /There is no contact "customer-7" \(PYNFD\)/);
});
