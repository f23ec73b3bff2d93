import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { runImport } from "../../src/imports/run_import.ts";
import { SAMPLES } from "../src/media/sample_files.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aPerson, aWorkspace, type Person } from "../support/people.ts";
import { readZip } from "../support/read_zip.ts";
import { until } from "../support/until.ts";
import { tokenOf } from "./support/api.ts";
import { type MediaApi, startMediaApi } from "./support/media_api.ts";
import { subscribe } from "./support/websocket.ts";

type Progress = { importChanged?: { status: string; isDryRun: boolean } };

let database: TestDatabase;
let api: MediaApi;
let agent: Person;
let viewer: Person;
let stranger: Person;
let channelId: string;
before(async () => {
  database = await createTestDatabase();
  api = await startMediaApi({ after }, database);
  const { tenantId, ...workspace } = await aWorkspace(database.pool);
  channelId = workspace.channelId;
  await database.pool.query("update app_public.tenants set country = 'DE' where id = $1", [tenantId]);
  agent = await aPerson(database.pool, tenantId, "agent");
  viewer = await aPerson(database.pool, tenantId, "viewer");
  stranger = await aPerson(database.pool, (await aWorkspace(database.pool)).tenantId, "owner");
});
after(async () => {
  await api.close();
  await database.drop();
});

async function request(as: Person | null, path: string, init: RequestInit = {}) {
  const headers = as ? { authorization: `Bearer ${tokenOf(as)}` } : {};
  const response = await fetch(api.url + path, { ...init, headers: { ...headers, ...init.headers } });
  // text() would take the byte order mark away.
  const content = Buffer.from(await response.arrayBuffer());
  const text = content.toString();
  const isJson = response.headers.get("content-type")?.startsWith("application/json");
  return {
    status: response.status,
    headers: response.headers,
    content,
    text,
    body: isJson ? JSON.parse(text) : undefined,
  };
}

const upload = (as: Person | null, body: string | Buffer | FormData, query = "") =>
  request(as, `/imports${query}`, {
    method: "POST",
    body: body instanceof Buffer ? new Uint8Array(body) : body,
  });

test("a file is uploaded, imported with its progress as a subscription, and its errors are read", async () => {
  const form = new FormData();
  form.set("file", new File(["Handy;Name\n0171 2345678;Ann\n1;Ben\n"], "contacts.csv"));
  const { status, body } = await upload(agent, form, "?dryRun=true&tag=vip&group=A&group=B");
  assert.equal(status, 201, JSON.stringify(body));
  const { id, ...told } = body;
  assert.deepEqual(told, {
    status: "running",
    isDryRun: true,
    encoding: "utf-8",
    delimiter: ";",
    columns: { Handy: "phone", Name: "name" },
    rowCount: 2,
    createdCount: 0,
    updatedCount: 0,
    unchangedCount: 0,
    failedCount: 0,
  });
  const progress = "status isDryRun rowCount processedCount createdCount failedCount";
  const listener = await subscribe(
    { wsUrl: `${api.url.replace("http", "ws")}/graphql` },
    tokenOf(viewer),
    `subscription { importChanged(id: "${id}") { ${progress} } }`,
  );
  await runImport(database.pool, id);
  const { data } = await api.ask(
    agent,
    `mutation { startImport(input: { importId: "${id}" }) { import { status isDryRun } } }`,
  );
  assert.deepEqual(data.startImport.import, { status: "running", isDryRun: false });
  await runImport(database.pool, id);
  // Changes that follow each other quickly are reported once.
  await until("the end of the import", async () => {
    const { importChanged } = (listener.events.at(-1)?.data ?? {}) as Progress;
    return importChanged?.status === "completed" && !importChanged.isDryRun;
  });
  const last = {
    status: "completed",
    isDryRun: false,
    rowCount: 2,
    processedCount: 2,
    createdCount: 1,
    failedCount: 1,
  };
  assert.deepEqual(listener.events.at(-1)!.data, { importChanged: last });
  await listener.stop();

  const seen = await api.ask(
    viewer,
    `{ import(id: "${id}") { filename userId tags groups rows { nodes { rowNumber errorCode cells } } } }`,
  );
  assert.deepEqual(seen.data.import, {
    filename: "contacts.csv",
    userId: agent.userId,
    tags: ["vip"],
    groups: ["A", "B"],
    rows: { nodes: [{ rowNumber: 3, errorCode: "PYPHN", cells: ["1", "Ben"] }] },
  });
  const errors = await request(viewer, `/imports/${id}/errors`);
  assert.match(errors.text, /^\ufeffrow;error_code;error;Handy;Name\r\n3;PYPHN;[^;]+;1;Ben\r\n$/);
  assert.match(
    errors.headers.get("content-disposition")!,
    /^attachment; filename="errors-\d{4}-\d\d-\d\d\.csv"$/,
  );
  assert.equal((await request(stranger, `/imports/${id}/errors`)).body.error.code, "PYNFD");
  const refused = await api.ask(
    viewer,
    `mutation { cancelImport(input: { importId: "${id}" }) { import { id } } }`,
  );
  assert.equal(refused.errors[0].extensions.code, "PYDEN");
});

test("what cannot be imported is refused, and nothing is stored", async () => {
  const count = async () => (await database.pool.query("select from app_public.imports")).rowCount;
  const imports = await count();
  const refused = async (as: Person | null, body: string | Buffer, query = "") => {
    const answer = await upload(as, body, query);
    return `${answer.status} ${answer.body.error.code}`;
  };
  const phones = "phone\n+491712345678\n";
  assert.equal(await refused(null, phones), "401 PYTOK");
  assert.equal(await refused(viewer, phones), "403 PYDEN");
  assert.equal(await refused(agent, ""), "400 PYCSV");
  assert.equal(await refused(agent, "name\nAnn\n"), "400 PYCSV");
  assert.equal(await refused(agent, 'phone\n"1\n'), "400 PYCSV");
  assert.equal(await refused(agent, gzipSync(phones)), "400 PYCSV");
  assert.equal(await refused(agent, phones, "?dryRun=maybe"), "400 PYREQ");
  assert.equal(await refused(agent, phones, "?columns=[1]"), "400 PYREQ");
  assert.equal(await refused(agent, phones, "?colour=red"), "400 PYREQ");
  assert.equal((await request(agent, "/imports")).status, 405);
  assert.equal(await count(), imports);
});

test("rows are exported as a file, with the rights of the caller", async () => {
  const own = await request(viewer, "/exports/contacts?columns=phone,name,tags&delimiter=;");
  assert.equal(own.status, 200);
  assert.equal(own.headers.get("content-type"), "text/csv; charset=utf-8");
  assert.equal(own.text, "\ufeffphone;name;tags\r\n'+491712345678;Ann;vip\r\n");
  const filter = encodeURIComponent('{"field": "name", "is": "Ben"}');
  assert.equal(
    (await request(viewer, `/exports/contacts?columns=name&filter=${filter}`)).text,
    "\ufeffname\r\n",
  );
  assert.equal((await request(stranger, "/exports/contacts?columns=name")).text, "\ufeffname\r\n");
  const refused = async (path: string, as: Person | null = viewer) => {
    const { status, body } = await request(as, path);
    return `${status} ${body.error.code}`;
  };
  assert.equal(await refused("/exports/contacts", null), "401 PYTOK");
  assert.equal(await refused("/exports/sessions"), "404 PYNFD");
  assert.equal(await refused("/exports/contacts?columns=id,secret"), "400 PYREQ");
  assert.equal(await refused("/exports/contacts?filter={"), "400 PYREQ");
  assert.equal(
    await refused(`/exports/contacts?filter=${encodeURIComponent('{"field": "x"}')}`),
    "400 PYFLT",
  );
});

test("everything about a contact is exported with its files, for members of its tenant", async () => {
  const { rows } = await database.pool.query(
    `with contact as (
       insert into app_public.contacts (tenant_id, phone, name) values ($1, '+4917100000', 'Erna') returning id
     ),
     tag as (insert into app_public.tags (tenant_id, name) values ($1, 'to be exported') returning id),
     tagged as (
       insert into app_public.contact_tags (tenant_id, contact_id, tag_id)
       select $1, contact.id, tag.id from contact, tag
     )
     select id from contact`,
    [agent.tenantId],
  );
  const thread = await database.pool.query(
    "insert into app_public.conversations (tenant_id, channel_id, contact_id) values ($1, $2, $3) returning id",
    [agent.tenantId, channelId, rows[0].id],
  );
  // A retention rule has archived its messages.
  const picture = await api.upload(agent, SAMPLES.png, { query: "?filename=erna.png" });
  await database.pool.query(
    `insert into app_public.message_archives (id, tenant_id, conversation_id, message_count, media_ids, messages)
     values (app_hidden.uuid_v7(), $1, $2, 1, array[$3::uuid], '[]')`,
    [agent.tenantId, thread.rows[0].id, picture.body.id],
  );
  const path = `/exports/contacts/${rows[0].id}`;
  const { status, headers, content } = await request(viewer, path);
  assert.equal(status, 200, content.toString());
  assert.equal(headers.get("content-type"), "application/zip");
  const files = readZip(content);
  assert.deepEqual([...files.keys()], ["person.jsonl", `media/${picture.body.id}/erna.png`]);
  assert.deepEqual(files.get(`media/${picture.body.id}/erna.png`), SAMPLES.png);
  const lines = files
    .get("person.jsonl")!
    .toString()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ table }) => table),
    ["contacts", "contact_identities", "contact_tags", "conversations", "media", "message_archives"],
  );
  assert.equal(lines[0].row.name, "Erna");
  assert.equal((await request(stranger, path)).status, 404);
  assert.equal((await request(viewer, "/exports/contacts/1")).status, 404);
});
