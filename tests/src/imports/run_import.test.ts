import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { errorFile } from "../../../src/imports/error_file.ts";
import { runImport } from "../../../src/imports/run_import.ts";
import { type ImportOptions, stageImport } from "../../../src/imports/stage_import.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { aWorkspace } from "../../support/people.ts";
import { temporaryFolder } from "../media/temporary_folder.ts";

let database: TestDatabase;
const folder = await temporaryFolder({ after });
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

const sql = async (text: string, values: unknown[] = []) => (await database.pool.query(text, values)).rows;

const OPTIONS: ImportOptions = {
  isDryRun: false,
  onExisting: "update",
  mapping: {},
  createsFields: false,
  tags: [],
  groups: [],
};

async function aTenant(country: string | null = null): Promise<string> {
  const { tenantId } = await aWorkspace(database.pool);
  await sql("update app_public.tenants set country = $2 where id = $1", [tenantId, country]);
  return tenantId;
}

async function stage(tenantId: string, text: string, options: Partial<ImportOptions> = {}) {
  const path = join(folder, "contacts.csv");
  await writeFile(path, text);
  const newImport = { path, tenantId, userId: null, filename: "contacts.csv" };
  return stageImport(database.pool, { ...newImport, options: { ...OPTIONS, ...options } });
}

/** created, updated, unchanged, failed */
async function imported(tenantId: string, text: string, options: Partial<ImportOptions> = {}) {
  const state = await runImport(database.pool, (await stage(tenantId, text, options)).id);
  assert.equal(state.status, "completed");
  return [state.created_count, state.updated_count, state.unchanged_count, state.failed_count];
}

const contactsOf = (tenantId: string) =>
  sql(
    `select c.phone, c.name, c.email, c.external_ref, c.metadata,
       array(select t.name from app_public.contact_tags x join app_public.tags t on t.id = x.tag_id
             where x.contact_id = c.id order by 1) as tags,
       array(select g.name from app_public.group_contacts x join app_public.groups g on g.id = x.group_id
             where x.contact_id = c.id order by 1) as groups
     from app_public.contacts c where c.tenant_id = $1 order by c.phone`,
    [tenantId],
  );

test("a file creates contacts with fields, tags and groups; the same file again changes nothing", async () => {
  const tenantId = await aTenant("DE");
  const file =
    "Handy;Name;E-Mail;Kundennummer;City;Tags\n" +
    "0171 2345678;Jürgen;Juergen@Example.com;7;Köln;VIP, new\n" +
    "'+905321112233;\u202eAyşe;;;;\n";
  const options = { createsFields: true, groups: ["Newsletter"] };
  assert.deepEqual(await imported(tenantId, file, options), [2, 0, 0, 0]);
  const contacts = await contactsOf(tenantId);
  assert.deepEqual(contacts, [
    {
      phone: "+491712345678",
      name: "Jürgen",
      email: "Juergen@Example.com",
      external_ref: "7",
      metadata: { city: "Köln" },
      tags: ["VIP", "new"].sort(),
      groups: ["Newsletter"],
    },
    {
      phone: "+905321112233",
      name: "Ayşe",
      email: null,
      external_ref: null,
      metadata: {},
      tags: [],
      groups: ["Newsletter"],
    },
  ]);
  const before = await sql("select max(updated_at) from app_public.contacts where tenant_id = $1", [
    tenantId,
  ]);
  assert.deepEqual(await imported(tenantId, file, options), [0, 0, 2, 0]);
  assert.deepEqual(await contactsOf(tenantId), contacts);
  assert.deepEqual(
    await sql("select max(updated_at) from app_public.contacts where tenant_id = $1", [tenantId]),
    before,
  );
  const left = await sql("select from app_public.import_rows where tenant_id = $1", [tenantId]);
  assert.equal(left.length, 0, "rows are not kept");
});

test("existing contacts are updated, filled in, or only tagged; an empty cell changes nothing", async () => {
  const tenantId = await aTenant();
  await imported(tenantId, "phone,external_ref,name,City\n+491710000001,a,Ann,Köln\n+491710000002,b,,\n", {
    createsFields: true,
  });
  const nameOf = async () =>
    (await contactsOf(tenantId)).map(({ name, metadata, tags }) => [name, metadata.city, ...tags]);
  const change = "phone,name,City,tags\n+491710000001,Anne,,vip\n+491710000002,Ben,Bonn,\n";
  assert.deepEqual(
    await imported(tenantId, change, { onExisting: "skip", createsFields: true }),
    [0, 1, 1, 0],
  );
  assert.deepEqual(await nameOf(), [
    ["Ann", "Köln", "vip"],
    [null, undefined],
  ]);
  assert.deepEqual(
    await imported(tenantId, change, { onExisting: "fill", createsFields: true }),
    [0, 1, 1, 0],
  );
  assert.deepEqual(await nameOf(), [
    ["Ann", "Köln", "vip"],
    ["Ben", "Bonn"],
  ]);
  assert.deepEqual(await imported(tenantId, change, { createsFields: true }), [0, 1, 1, 0]);
  assert.deepEqual(await nameOf(), [
    ["Anne", "Köln", "vip"],
    ["Ben", "Bonn"],
  ]);
  // By external_ref: a new number replaces the old one, which another contact may have then.
  assert.deepEqual(await imported(tenantId, "phone,external_ref\n+491710000003,a\n"), [0, 1, 0, 0]);
  assert.deepEqual(await imported(tenantId, "phone,name\n+491710000001,Carl\n"), [1, 0, 0, 0]);
  assert.deepEqual(
    await sql("select value from app_public.contact_identities where tenant_id = $1 order by 1", [tenantId]),
    [{ value: "+491710000001" }, { value: "+491710000002" }, { value: "+491710000003" }],
  );
});

test("rows with an error are listed with their reasons, and the others are imported", async () => {
  const tenantId = await aTenant();
  await imported(
    tenantId,
    "phone,external_ref\n+491710000001,a\n+491710000002,b\n+491710000003,gone\n+491710000010,erased\n",
  );
  await sql("delete from app_public.contacts where tenant_id = $1 and external_ref = 'erased'", [tenantId]);
  await sql(
    "update app_public.contacts set deleted_at = now() where tenant_id = $1 and external_ref = 'gone'",
    [tenantId],
  );
  const rows = Array.from({ length: 100 }, (_, at) => `+4930${100000 + at},,,`);
  const file = [
    "phone;external_ref;email;name",
    "0171 2345678;;;", // 2
    ";;;Nobody",
    "+491710000009;;;Ann",
    "+49 171 0000009;;;Again", // 5
    "+491710000001;b;;",
    "+491710000004;;no address;",
    "+491710000005;;;=cmd|' /C calc'!A0",
    `+491710000006;;;${"x".repeat(151)}`, // 9
    "+491710000007;;;Ann;more",
    "+491710000008;a2;;",
    "+491720000000;a2;;", // 12
    "+491710000003;;;Gone",
    "+491710000010;;;Erased",
    ...rows.map((row) => row.replaceAll(",", ";")),
  ].join("\n");
  const staged = await stage(tenantId, file);
  const state = await runImport(database.pool, staged.id);
  assert.deepEqual([state.created_count, state.failed_count], [103, 10]);
  let text = "";
  for await (const part of errorFile(database.pool, state)) text += part;
  const [head, ...lines] = text.trimEnd().split("\r\n");
  assert.equal(head, "\ufeffrow;error_code;error;phone;external_ref;email;name");
  assert.deepEqual(
    lines.map((line) => line.split(";").slice(0, 3).join(" ")),
    [
      "2 PYPHN `phone` has no country code: write it, or set the country of the tenant or of the import",
      "3 PYCON `phone` or `external_ref` must not be empty",
      "5 PYDUP `phone` is the same as in row 4",
      "6 PYDUP `phone` and `external_ref` belong to two contacts",
      '7 PYCON """email"" of contacts must be a valid address"',
      '9 PYCON """name"" of contacts must be neither empty nor too long"',
      "10 PYCSV The row has 5 cells, and the header 4",
      "12 PYDUP `external_ref` is the same as in row 11",
      "13 PYDEL The contact is deleted",
      "14 PYERA The person with this `phone` was erased",
    ].map((line) => (line.includes('"') ? line.replace(/^(\d+ \w+) (.*)$/, "$1 $2") : line)),
  );
  assert.ok(
    (await contactsOf(tenantId)).some(({ name }) => name === "=cmd|' /C calc'!A0"),
    "a text is a text",
  );
});

test("a dry run has the same result and stores nothing, until it is started", async () => {
  const tenantId = await aTenant();
  const { id } = await stage(tenantId, "phone,name,tags\n+491710000001,Ann,vip\n1,Ben,\n", {
    isDryRun: true,
  });
  const counts = ({ created_count, failed_count, is_dry_run }: Awaited<ReturnType<typeof runImport>>) => [
    created_count,
    failed_count,
    is_dry_run,
  ];
  assert.deepEqual(counts(await runImport(database.pool, id)), [1, 1, true]);
  assert.deepEqual(await contactsOf(tenantId), []);
  assert.deepEqual(await sql("select from app_public.tags where tenant_id = $1", [tenantId]), []);
  await sql("select app_public.start_import($1)", [id]);
  assert.deepEqual(counts(await runImport(database.pool, id)), [1, 1, false]);
  assert.equal((await contactsOf(tenantId)).length, 1);
  await assert.rejects(sql("select app_public.start_import($1)", [id]), { code: "PYIMP" });
  await assert.rejects(sql("select app_public.cancel_import($1)", [id]), { code: "PYIMP" });
});

test("status, consents and names in two columns are imported; values are converted to the type of their field", async () => {
  const tenantId = await aTenant();
  await sql("insert into app_public.contact_fields (tenant_id, key, type) values ($1, 'age', 'number')", [
    tenantId,
  ]);
  const file =
    "phone,First Name,Last Name,status,age,marketing_opted_out_at,Zone\n" +
    "+491710000001,Ann,Lee,inactive,42,2026-01-02T03:04:05Z,a\n" +
    "+491710000002,Ben,,sleepy,1,,a\n+491710000003,Carl,,,old,,a\n+491710000004,Dan,,,,tomorrow?,\n";
  assert.deepEqual(await imported(tenantId, file, { createsFields: true }), [1, 0, 0, 3]);
  assert.deepEqual(await imported(tenantId, file, { createsFields: true }), [0, 0, 1, 3]);
  const found = await sql(
    `select c.name, c.status, c.metadata, c.marketing_opted_out_at, x.method, x.evidence
     from app_public.contacts c join app_public.consents x on x.contact_id = c.id where c.tenant_id = $1`,
    [tenantId],
  );
  assert.deepEqual(found, [
    {
      name: "Ann Lee",
      status: "inactive",
      metadata: { age: 42, zone: "a" },
      marketing_opted_out_at: new Date("2026-01-02T03:04:05Z"),
      method: "import",
      evidence: "contacts.csv",
    },
  ]);
  const errors = await sql(
    "select distinct error_code, error from app_public.import_rows where tenant_id = $1 order by error",
    [tenantId],
  );
  assert.deepEqual(
    errors.map(({ error_code, error }) => `${error_code} ${error}`),
    [
      "PYCON The contact field `age` must be a number, such as 12.5",
      "PYCON `marketing_opted_out_at` must be a time, such as 2026-11-28T12:00:00Z",
      "PYCON `status` must be one of active, blocked, invalid, inactive",
    ],
  );
  const fields = await sql(
    "select key, label, type from app_public.contact_fields where tenant_id = $1 order by key",
    [tenantId],
  );
  assert.deepEqual(fields, [
    { key: "age", label: null, type: "number" },
    { key: "zone", label: "Zone", type: "text" },
  ]);
  await assert.rejects(
    stage(tenantId, "phone,ID\n+491710000001,1\n", { createsFields: true, isDryRun: true }),
    {
      code: "PYREQ",
    },
  );
  const names = Array.from({ length: 501 }, (_, at) => `+49171${1_000_000 + at},tag ${at}`);
  await assert.rejects(stage(tenantId, ["phone,tags", ...names].join("\n")), { code: "PYLIM" });
  await sql("update app_public.contacts set deleted_at = now() where tenant_id = $1", [tenantId]);
  assert.deepEqual(await imported(tenantId, "phone\n+491710000001\n"), [0, 0, 0, 1]);
});

test("two processes take turns, a cancelled import ends, and a part that cannot be read stores nothing", async () => {
  const tenantId = await aTenant();
  const rows = Array.from({ length: 1_500 }, (_, at) => `+49171${1_000_000 + at},Name ${at}`);
  const { id } = await stage(tenantId, ["phone,name", ...rows].join("\n"));
  const [one, other] = await Promise.all([runImport(database.pool, id), runImport(database.pool, id)]);
  assert.deepEqual([one.status, other.status], ["completed", "completed"]);
  const done = await sql("select created_count, last_row from app_public.imports where id = $1", [id]);
  assert.deepEqual(done, [{ created_count: 1_500, last_row: 1_501 }]);

  const cancelled = await stage(tenantId, "phone\n+491710000099\n");
  await sql("select app_public.cancel_import($1)", [cancelled.id]);
  const { status, created_count } = await runImport(database.pool, cancelled.id);
  assert.deepEqual([status, created_count], ["cancelled", 0]);
  assert.deepEqual(await sql("select from app_public.import_rows where import_id = $1", [cancelled.id]), []);

  const imports = await sql("select from app_public.imports where tenant_id = $1", [tenantId]);
  await assert.rejects(
    stage(tenantId, `phone,name\n${"+491710000098,Ann\n".repeat(5_000)}+491710000097,"open`),
    {
      code: "PYCSV",
    },
  );
  assert.equal(
    (await sql("select from app_public.imports where tenant_id = $1", [tenantId])).length,
    imports.length,
  );
});
