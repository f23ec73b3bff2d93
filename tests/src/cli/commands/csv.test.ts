import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../../../support/database.ts";
import { temporaryFolder } from "../../media/temporary_folder.ts";
import { type Parley, parleyOn } from "./parley.ts";

let database: TestDatabase;
let parley: Parley;
const folder = await temporaryFolder({ after });
before(async () => {
  database = await createTestDatabase();
  const env = { DATABASE_AUTHENTICATOR_URL: database.authenticatorUrl };
  const plain = parleyOn(database);
  parley = Object.assign((args: readonly string[]) => plain(args, { env }), {
    json: <T>(args: readonly string[]) => plain.json<T>(args, { env }),
    failure: (args: readonly string[]) => plain.failure(args, { env }),
  });
  for (const slug of ["bakery", "butcher"])
    await database.pool.query("insert into app_public.tenants (slug, name) values ($1, $1)", [slug]);
});
after(() => database.drop());

const BAKERY = ["--tenant", "bakery"];

async function aFile(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

test("contacts are imported, exported without formulas, and imported into another tenant as they were", async () => {
  const path = await aFile(
    "contacts.csv",
    "Handy;Name;Ort;Tags;Unwichtig\n0171 2345678;=1+1;Köln;\"vip, new;er\";x\n1;Ben;;;\n'+491712345679;O'Neill;-5;;\n",
  );
  const options = ["--country", "DE", "--column", "Ort=fields.city", "--group", "Newsletter"];
  const ran = await parley(["contacts", "import", path, ...BAKERY, ...options]);
  assert.deepEqual([ran.code, ran.stdout], [1, "Created 2, updated 0, unchanged 0, failed 1\n"]);
  assert.match(
    ran.stderr,
    /^Columns that are left out: Unwichtig\nRows with an error, .*contacts\.csv\.errors\.csv\n$/s,
  );
  assert.match(
    await readFile(`${path}.errors.csv`, "utf8"),
    /^\ufeffrow;error_code;error;Handy.*\r\n3;PYPHN;.*;1;Ben;/,
  );
  const again = await parley(["contacts", "import", path, ...BAKERY, ...options, "--dry-run"]);
  assert.equal(again.stdout, "Nothing is stored. It would be: created 0, updated 0, unchanged 2, failed 1\n");

  const columns = ["--columns", "phone,name,tags,groups,metadata"];
  const { stdout } = await parley(["contacts", "export", ...BAKERY, ...columns]);
  assert.equal(
    stdout,
    "\ufeffphone,name,tags,groups,metadata\r\n" +
      `'+491712345678,'=1+1,er; new; vip,Newsletter,"{""city"": ""Köln""}"\r\n` +
      `'+491712345679,O'Neill,,Newsletter,"{""city"": ""-5""}"\r\n`,
  );
  const copy = await aFile("copy.csv", stdout);
  const { createdCount } = await parley.json([
    "contacts",
    "import",
    copy,
    "--tenant",
    "butcher",
    "--column",
    "metadata=",
  ]);
  assert.equal(createdCount, 2);
  const butcher = await parley([
    "export",
    "contacts",
    "--tenant",
    "butcher",
    "--columns",
    "phone,name,tags,groups",
  ]);
  assert.equal(butcher.stdout, stdout.replaceAll(/,metadata|,"\{.*\}"/g, ""));
});

test("any select is exported as the tenant sees it, and what is not one select is refused", async () => {
  const run = (sql: string, ...more: string[]) => parley(["export", ...BAKERY, "--sql", sql, ...more]);
  const counted = await run(
    "select slug, -1 as n, now() is null as b, '-1' as t from app_public.tenants",
    "--delimiter",
    ";",
  );
  assert.deepEqual([counted.stdout, counted.stderr], ["\ufeffslug;n;b;t\r\nbakery;-1;f;'-1\r\n", ""]);
  const output = join(folder, "out.csv");
  await run("select n from generate_series(1, 2500) n", "--output", output);
  assert.equal((await readFile(output, "utf8")).split("\r\n").length, 2502);
  assert.match((await run("select 1; select 2")).stderr, /42601/);
  assert.match(await parley.failure(["export", ...BAKERY]), /PYREQ/);
  const keys = await database.pool.query("select from app_public.api_keys");
  assert.equal(keys.rowCount, 0, "the key is deleted");
});

test("users are invited from a file; the same file again invites no one", async () => {
  const path = await aFile(
    "staff.csv",
    "Email,Name,Role\nann@example.com,Ann,admin\nben@example.com,,\nx,,\nc@example.com,,boss\n",
  );
  const ran = await parley(["users", "import", path, ...BAKERY]);
  assert.equal(ran.code, 1);
  assert.match(ran.stdout, /2 +ann@example\.com +http\S+token=\S+\n3 +ben@example\.com/);
  assert.match(
    ran.stdout,
    /4 +x +.*PYCON.*\n5 +c@example\.com +`role` must be one of viewer, agent, admin, owner/,
  );
  assert.match(ran.stdout, /Invited 2, unchanged 0, failed 2\n$/);
  const again = await parley(["users", "import", path, ...BAKERY]);
  assert.match(again.stdout, /Invited 0, unchanged 2, failed 2\n$/);
  await parley.json(["user", "add", "boss@example.com", ...BAKERY, "--role", "owner"]);
  const users = await parley(["users", "export", ...BAKERY, "--columns", "email,role,is_active"]);
  assert.equal(users.stdout, "\ufeffemail,role,is_active\r\nboss@example.com,owner,t\r\n");
});
