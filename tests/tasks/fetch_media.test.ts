import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { Fault } from "../../sandbox/faults.ts";
import { openMediaFiles } from "../../src/media/media_files.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { digits } from "../support/people.ts";
import { startProgram, type TestProgram } from "../support/program.ts";
import { until } from "../support/until.ts";

let database: TestDatabase;
let program: TestProgram;
before(async () => {
  database = await createTestDatabase();
  program = await startProgram(database);
});
after(async () => {
  await program.stop();
  await database.drop();
});

type Row = {
  id: string;
  state: string;
  error_code: string | null;
  error: string | null;
  size: number | null;
  sha256: Buffer | null;
  mime_type: string | null;
  attempts: number;
  user_id: string | null;
};

/** A customer of a tenant of their own. */
async function customer() {
  const workspace = await program.connectedWorkspace();
  const { tenantId, channelId, phoneNumberId } = workspace;
  const phone = program.sandbox.customer({ phone: digits(11), name: "Ann" }, phoneNumberId);
  const rowsOf = async (sql: string, ...values: unknown[]) =>
    (await database.pool.query(sql, [tenantId, ...values])).rows;
  const media = (): Promise<Row[]> =>
    rowsOf("select * from app_public.media where tenant_id = $1 order by id");
  let mediaId = "";
  return {
    media,
    rowsOf,
    /** Sends a file, and returns the provider's id of it. */
    send(bytes: Buffer, more: Partial<Parameters<typeof phone.sendMedia>[0]> = {}): void {
      const { content } = phone.sendMedia({ kind: "image", mimeType: "image/png", bytes, ...more });
      mediaId = String((content as { id: string }).id);
    },
    /** The only file, once it is no longer pending. */
    outcome: () =>
      until("a file that is not pending", async () => {
        const rows = await media();
        assert.ok(rows.length <= 1);
        return rows.find(({ state }) => state !== "pending");
      }),
    /** The only file, once an attempt has failed for the time being. */
    setback: () =>
      until("a failed attempt", async () => (await media()).find((row) => row.error_code !== null)),
    limit: (bytes: number) =>
      database.pool.query("update app_public.channels set media_limit = $2 where id = $1", [
        channelId,
        bytes,
      ]),
    fetchAgain: (row: Row) => database.pool.query("select app_public.fetch_media($1)", [row.id]),
    fail: (fault: Fault, operation?: "readMedia" | "downloadMedia", times?: number) =>
      program.sandbox.faults.add(fault, {
        phoneNumberId,
        ...(operation && { operation }),
        ...(times && { times }),
      }),
    /** How often the provider was asked for the address of the last file, and for its bytes. */
    requests() {
      const paths = program.sandbox.ledger.requests.map(({ path }) => path);
      const count = (pattern: RegExp) => paths.filter((path) => pattern.test(path)).length;
      return {
        reads: count(new RegExp(`^/v[\\d.]+/${mediaId}\\b`)),
        downloads: count(new RegExp(`/lookaside/${mediaId}/`)),
      };
    },
    async bytes({ sha256 }: Row): Promise<Buffer> {
      const [file] = await rowsOf(
        "select storage_key from app_private.media_files where tenant_id = $1 and sha256 = $2",
        sha256,
      );
      const { stream } = await openMediaFiles(program.config).storage.open(file.storage_key);
      return buffer(stream);
    },
  };
}

for (const hasUrl of [true, false])
  test(`a picture is stored, ${hasUrl ? "from the address in the webhook" : "by its id"}`, async () => {
    const ann = await customer();
    const bytes = randomBytes(200_000);
    ann.send(bytes, { hasUrl });
    const row = await ann.outcome();
    assert.deepEqual([row.state, row.size, row.mime_type], ["stored", bytes.length, "image/png"]);
    assert.deepEqual(row.sha256, createHash("sha256").update(bytes).digest());
    assert.deepEqual(await ann.bytes(row), bytes);
    assert.deepEqual(ann.requests(), { reads: hasUrl ? 0 : 1, downloads: 1 });
    const [message] = await ann.rowsOf("select id, media_id from app_public.messages where tenant_id = $1");
    assert.deepEqual([message.media_id, row.id], [message.id, message.id]);
  });

test("an address that has expired is replaced by a new one", async () => {
  const ann = await customer();
  ann.fail({ kind: "error", code: 100, httpStatus: 404 }, "downloadMedia", 1);
  ann.send(randomBytes(10));
  assert.equal((await ann.outcome()).state, "stored");
  assert.deepEqual(ann.requests(), { reads: 1, downloads: 2 });
});

test("what an address leads to is not followed, and no other host gets the access token", async () => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(String(request.headers.authorization));
    response.end("x");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const other = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
  const ann = await customer();
  const clear = ann.fail({ kind: "redirect", location: other }, "downloadMedia");
  ann.send(randomBytes(10));
  const refused = await ann.outcome();
  assert.deepEqual([refused.state, refused.error_code], ["failed", "PYMED"]);
  clear();
  const bob = await customer();
  bob.fail({ kind: "override", fields: { url: other } }, "readMedia");
  bob.send(randomBytes(10), { hasUrl: false });
  const elsewhere = await bob.outcome();
  assert.deepEqual([elsewhere.state, elsewhere.error_code], ["failed", "PYMED"]);
  server.close();
  assert.deepEqual(seen, []);
});

const FILE = randomBytes(50_000);
const PROBLEMS: [what: string, fault: Fault, hasUrl: boolean, code: string, text: RegExp][] = [
  ["other bytes", { kind: "alteredBody" }, true, "PYMED", /SHA-256/],
  ["other bytes than described", { kind: "alteredBody" }, false, "PYMED", /SHA-256/],
  ["no bytes", { kind: "resizedBody", bytes: 0 }, true, "PYMED", /empty/],
  ["fewer bytes", { kind: "resizedBody", bytes: 49_999 }, false, "PYMED", /49999 bytes/],
  ["more bytes", { kind: "resizedBody", bytes: 50_001 }, false, "PYMED", /larger than the announced 50000/],
  ["no end", { kind: "endlessBody" }, false, "PYMED", /larger than the announced 50000/],
  ["no end, from the webhook's address", { kind: "endlessBody" }, true, "PYMAX", /larger than 60000 bytes/],
];
for (const [what, fault, hasUrl, code, text] of PROBLEMS)
  test(`a body that has ${what} is not stored, and not fetched again`, async () => {
    const ann = await customer();
    await ann.limit(60_000);
    ann.fail(fault);
    ann.send(FILE, { hasUrl });
    const row = await ann.outcome();
    assert.deepEqual([row.state, row.error_code, row.attempts], ["failed", code, 1]);
    assert.match(row.error ?? "", text);
    assert.deepEqual(await ann.rowsOf("select from app_private.media_files where tenant_id = $1"), []);
    await until("its job to be done", async () => {
      const { rowCount } = await database.pool.query(
        "select from graphile_worker.jobs where key = 'fetch_media:' || $1",
        [row.id],
      );
      return rowCount === 0;
    });
  });

test("what the bytes are does not matter: a page and a zip bomb are stored as they came", async () => {
  const page = Buffer.from("<script>alert(1)</script>");
  const bomb = gzipSync(Buffer.alloc(10_000_000));
  for (const bytes of [page, bomb]) {
    const ann = await customer();
    ann.send(bytes);
    const row = await ann.outcome();
    assert.deepEqual([row.state, row.mime_type, row.size], ["stored", "image/png", bytes.length]);
    assert.deepEqual(await ann.bytes(row), bytes);
  }
});

for (const [what, fault, operation] of [
  ["an error of the server", { kind: "serverError" }, "readMedia"],
  ["a cut connection", { kind: "cut" }, "readMedia"],
  ["a body that breaks off", { kind: "brokenBody" }, undefined],
] as [string, Fault, "readMedia" | undefined][])
  test(`${what} is followed by another attempt`, async () => {
    const ann = await customer();
    ann.fail(fault, operation, 1);
    ann.send(FILE, { hasUrl: false });
    const row = await ann.setback();
    assert.deepEqual([row.state, row.error_code, row.attempts], ["pending", "PYUNR", 1]);
    const { rows } = await database.pool.query(
      `update graphile_worker._private_jobs set run_at = now() where key = 'fetch_media:' || $1
       returning extract(epoch from run_at - now())`,
      [row.id],
    );
    assert.equal(rows.length, 1);
    const stored = await ann.outcome();
    assert.deepEqual([stored.state, stored.error_code, stored.attempts], ["stored", null, 2]);
  });

test("a file that the provider does not know is gone", async () => {
  const ann = await customer();
  ann.fail({ kind: "error", code: 100, subcode: 33, httpStatus: 400 }, "readMedia");
  ann.send(FILE, { hasUrl: false });
  const row = await ann.outcome();
  assert.deepEqual([row.state, row.error_code], ["gone", "PYGON"]);
});

test("subscriptions are notified when a file has arrived, and when it has not", async () => {
  const listener = await database.pool.connect();
  const changed: string[] = [];
  listener.on("notification", ({ payload = "{}" }) => {
    changed.push(...(JSON.parse(payload).changed_messages ?? []));
  });
  const { rows } = await listener.query("select format('listen %I', app_private.change_channel()) as listen");
  await listener.query(rows[0].listen);
  try {
    const ann = await customer();
    ann.send(FILE);
    const arrived = await ann.outcome();
    const bob = await customer();
    bob.fail({ kind: "alteredBody" });
    bob.send(FILE);
    const failed = await bob.outcome();
    await until("both notifications", () => changed.includes(arrived.id) && changed.includes(failed.id));
    // Once for each.
    assert.equal(changed.filter((id) => id === arrived.id || id === failed.id).length, 2);
  } finally {
    listener.release(true);
  }
});

test("a file above the channel's limit is fetched on request only", async () => {
  const ann = await customer();
  await ann.limit(1000);
  ann.send(FILE);
  const row = await ann.outcome();
  assert.deepEqual([row.state, row.error_code], ["failed", "PYMAX"]);
  await ann.fetchAgain(row);
  assert.equal((await ann.outcome()).state, "stored");
});

test("with the limit 0 nothing is asked for before a user does", async () => {
  const ann = await customer();
  await ann.limit(0);
  ann.send(FILE);
  const row = await ann.outcome();
  assert.deepEqual([row.state, row.error_code, row.attempts], ["failed", "PYMAX", 0]);
  assert.deepEqual(ann.requests(), { reads: 0, downloads: 0 });
  await ann.fetchAgain(row);
  assert.equal((await ann.outcome()).state, "stored");
});

test("forty equal pictures at once are one file", async () => {
  const ann = await customer();
  for (let count = 0; count < 40; count += 1) ann.send(FILE);
  await until(
    "all to be stored",
    async () => {
      const rows = await ann.media();
      return rows.length === 40 && rows.every(({ state }) => state === "stored");
    },
    30_000,
  );
  assert.equal((await ann.rowsOf("select from app_private.media_files where tenant_id = $1")).length, 1);
});
