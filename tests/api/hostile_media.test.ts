import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { Readable } from "node:stream";
import { after, before, test } from "node:test";
import { SAMPLES } from "../src/media/sample_files.ts";
import { collectGarbage } from "../support/collect_garbage.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aPerson, aWorkspace, type Person } from "../support/people.ts";
import { until } from "../support/until.ts";
import { tokenOf } from "./support/api.ts";
import { type MediaApi, startMediaApi } from "./support/media_api.ts";

let database: TestDatabase;
let api: MediaApi;
let agent: Person;

before(async () => {
  database = await createTestDatabase();
  api = await startMediaApi({ after }, database, {
    limits: {
      pace: { everyMs: 300, leastBytes: 300 },
      stalledMs: 1_500,
      uploads: { places: 6, perKey: [3, 2] },
      downloads: { places: 6, perKey: [2], waiting: 0, waitingPerKey: 0, waitMs: 100 },
    },
  });
  agent = await aPerson(database.pool, (await aWorkspace(database.pool)).tenantId, "agent");
});

after(async () => {
  await api.close();
  await database.drop();
});

/** Sends raw bytes, piece by piece, and collects what is answered until the connection ends. */
async function raw(pieces: AsyncIterable<Buffer | string> | Iterable<Buffer | string>): Promise<string> {
  const socket = connect(Number(new URL(api.url).port), "127.0.0.1");
  let answer = "";
  socket.on("data", (chunk) => (answer += chunk.toString("latin1")));
  socket.on("error", () => {});
  const closed = new Promise((resolve) => socket.once("close", resolve));
  for await (const piece of pieces) {
    if (socket.destroyed || !socket.writable) break;
    if (!socket.write(piece))
      await Promise.race([new Promise((resolve) => socket.once("drain", resolve)), closed]);
  }
  await closed;
  return answer;
}

function head(headers: Record<string, string>): string {
  const all = {
    host: "localhost",
    authorization: `Bearer ${tokenOf(agent)}`,
    connection: "close",
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return `POST /media HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`;
}

const BOUNDARY = "b0undary";
const FORM = { "content-type": `multipart/form-data; boundary=${BOUNDARY}` };
const part = (headers: string, body: string | Buffer) =>
  Buffer.concat([Buffer.from(`--${BOUNDARY}\r\n${headers}\r\n\r\n`), Buffer.from(body), Buffer.from("\r\n")]);
const file = (body: string | Buffer, name = "a.png") =>
  part(`content-disposition: form-data; name="file"; filename="${name}"`, body);
const END = Buffer.from(`--${BOUNDARY}--\r\n`);

async function post(body: Buffer, headers: Record<string, string>): Promise<[status: number, code: string]> {
  const answer = await raw([head({ "content-length": String(body.length), ...headers }), body]);
  return statusOf(answer);
}

function statusOf(answer: string): [status: number, code: string] {
  return [Number(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1] ?? 0), /"code":"(PY\w+)"/.exec(answer)?.[1] ?? ""];
}

async function assertNothingLeft(): Promise<void> {
  await until(
    "the condition",
    async () => (await readdir(api.media.spool.folder).catch(() => [])).length === 0,
  );
}

test("an endless body is ended at the limit", async () => {
  const chunk = Buffer.alloc(1024 * 1024);
  let sent = 0;
  const answer = await raw(
    (async function* () {
      yield head({ "transfer-encoding": "chunked" });
      for (; sent < 300; sent++) yield Buffer.concat([Buffer.from("100000\r\n"), chunk, Buffer.from("\r\n")]);
    })(),
  );
  assert.deepEqual(statusOf(answer), [413, "PYBIG"]);
  assert.ok(sent < 290, `${sent} MB were taken`);
  await assertNothingLeft();
});

test("a body that is announced as too large is refused at once", async () => {
  const answer = await raw([head({ "content-length": String(200 * 1024 * 1024) }), "x"]);
  assert.deepEqual(statusOf(answer), [413, "PYBIG"]);
});

test("an endless trickle is ended, and a slow upload that moves is not", async () => {
  async function* slowly(body: Buffer, piece: number, everyMs: number) {
    yield head({ "content-length": String(body.length) });
    for (let at = 0; at < body.length; at += piece) {
      yield body.subarray(at, at + piece);
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  }
  const body = Buffer.concat([SAMPLES.png, Buffer.alloc(4_000)]);
  assert.deepEqual(statusOf(await raw(slowly(body, 2, 20))), [504, "PYTIM"]);
  assert.equal(statusOf(await raw(slowly(body, 200, 40)))[0], 201);
  await assertNothingLeft();
});

test("a body that stops is ended, raw or in a form", async () => {
  for (const [headers, begin] of [
    [{}, SAMPLES.png],
    [FORM, file(SAMPLES.png).subarray(0, -10)],
    [FORM, Buffer.from(`--${BOUNDARY}\r\ncontent-disp`)],
    [FORM, Buffer.from("")],
  ] as const) {
    const answer = await raw([head({ "content-length": "100000", ...headers }), begin]);
    assert.deepEqual(statusOf(answer), [504, "PYTIM"]);
    await assertNothingLeft();
  }
});

test("a body that ends too early leaves nothing", async () => {
  const socket: Socket = connect(Number(new URL(api.url).port), "127.0.0.1");
  socket.write(head({ "content-length": "1000" }));
  socket.write("x".repeat(500));
  await until("the condition", async () => (await readdir(api.media.spool.folder)).length === 1);
  socket.destroy();
  await assertNothingLeft();
});

test("forms that are not one file are refused, and quickly", async () => {
  const field = part('content-disposition: form-data; name="a"', "b");
  const cases: Record<string, [Buffer, Record<string, string>?]> = {
    "no file": [END],
    "only a field": [Buffer.concat([field, END])],
    "a field and a file": [Buffer.concat([field, file(SAMPLES.png), END])],
    "a file and a field": [Buffer.concat([file(SAMPLES.png), field, END])],
    "two files": [Buffer.concat([file(SAMPLES.png), file(SAMPLES.png), END])],
    "many parts": [Buffer.concat([...Array.from({ length: 20_000 }, () => field), END])],
    "a huge header": [Buffer.concat([part(`x: ${"y".repeat(200_000)}`, "z"), END])],
    "many headers": [Buffer.concat([part("x: y\r\n".repeat(5_000).trimEnd(), "z"), END])],
    "headers without end": [Buffer.from(`--${BOUNDARY}\r\n${"x".repeat(100_000)}`)],
    "no end": [file(SAMPLES.png)],
    "another boundary": [Buffer.from(String(Buffer.concat([file("x"), END])).replaceAll(BOUNDARY, "other"))],
    nothing: [Buffer.alloc(0)],
    "no boundary": [Buffer.concat([file(SAMPLES.png), END]), { "content-type": "multipart/form-data" }],
    "an empty boundary": [END, { "content-type": 'multipart/form-data; boundary=""' }],
    "another form": [END, { "content-type": `multipart/mixed; boundary=${BOUNDARY}` }],
    "bare line breaks in the name": [Buffer.concat([file(SAMPLES.png, "a\nb.png"), END])],
  };
  for (const [name, [body, headers = FORM]] of Object.entries(cases)) {
    const begin = performance.now();
    const [status, code] = await post(body, headers);
    assert.deepEqual([status, code], [400, "PYREQ"], name);
    assert.ok(performance.now() - begin < 5_000, name);
  }
  await assertNothingLeft();
});

test("forms with odd names are accepted, and the names are clean", async () => {
  const names = [
    "..\\..\\x.png",
    "a%00b.png",
    "\u202egnp.exe",
    "<script>.png",
    `${"n".repeat(3_000)}.png`,
    "",
  ];
  for (const name of names) {
    const answer = await raw([
      head({ "content-length": String(file(SAMPLES.png, name).length + END.length), ...FORM }),
      file(SAMPLES.png, name),
      END,
    ]);
    assert.equal(statusOf(answer)[0], 201, answer);
    const { filename } = JSON.parse(answer.slice(answer.indexOf("{", answer.indexOf("\r\n\r\n"))));
    if (filename !== null) assert.match(filename, /^[^\p{Cc}\u202e/\\<>]{1,240}$/u);
  }
});

test("a compressed body is refused: it could unfold", async () => {
  const [status, code] = await post(SAMPLES.png, { "content-encoding": "gzip" });
  assert.deepEqual([status, code], [400, "PYREQ"]);
});

test("a body that no one reads does not keep the connection, whatever the answer", async () => {
  const { body } = await api.upload(agent, SAMPLES.png);
  for (const [line, status] of [
    ["PUT /media", 405],
    [`GET ${body.url}`, 200],
    ["GET /media/x", 403],
    ["POST /media", 401],
  ] as const) {
    const answer = await raw(
      (async function* () {
        yield `${line} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000000\r\n\r\n`;
        for (;;) {
          yield "x";
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      })(),
    );
    assert.equal(statusOf(answer)[0], status, line);
  }
});

test("one session and one tenant have a share of the uploads", async () => {
  const sockets = [1, 2].map(() => {
    const socket = connect(Number(new URL(api.url).port), "127.0.0.1");
    socket.on("error", () => {});
    socket.write(head({ "content-length": "100000" }));
    const timer = setInterval(() => socket.write("x".repeat(1_000)), 50);
    socket.once("close", () => clearInterval(timer));
    return socket;
  });
  await until("the condition", async () => (await readdir(api.media.spool.folder)).length === 2);
  const { status, body } = await api.upload(agent, SAMPLES.png);
  assert.deepEqual([status, body.error.code], [503, "PYUNA"]);
  const colleague = await aPerson(database.pool, agent.tenantId, "agent");
  assert.equal((await api.upload(colleague, SAMPLES.png)).status, 201);
  for (const socket of sockets) socket.destroy();
  await assertNothingLeft();
});

test("a user who is deactivated during an upload does not finish it", async () => {
  const leaver = await aPerson(database.pool, agent.tenantId, "agent");
  const { promise: blocked, resolve: release } = Promise.withResolvers<void>();
  const body = Readable.from(
    (async function* () {
      yield Buffer.concat([SAMPLES.png, Buffer.alloc(1_000)]);
      await blocked;
      yield Buffer.alloc(10);
    })(),
  );
  const uploading = api.upload(leaver, body);
  await until("the condition", async () => (await readdir(api.media.spool.folder)).length === 1);
  await database.pool.query("update app_public.memberships set is_active = false where user_id = $1", [
    leaver.userId,
  ]);
  release();
  const { status, body: answer } = await uploading;
  assert.deepEqual([status, answer.error.code], [403, "PYDEN"]);
  await assertNothingLeft();
});

test("a reader that stops reading is disconnected, and its place is free again", async () => {
  const large = Buffer.concat([SAMPLES.pdf, Buffer.alloc(30 * 1024 * 1024)]);
  const { body } = await api.upload(agent, large);
  const sockets = [1, 2].map(() => {
    const socket = connect(Number(new URL(api.url).port), "127.0.0.1");
    socket.on("error", () => {});
    socket.write(`GET ${body.url} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    return socket;
  });
  // What follows must not take the place of one of them. What can be read is not read.
  await Promise.all(sockets.map((socket) => once(socket, "readable")));
  await until(
    "the condition",
    async () => (await fetch(api.url + body.url, { headers: { range: "bytes=0-0" } })).status === 503,
  );
  await until(
    "the condition",
    async () => (await fetch(api.url + body.url, { headers: { range: "bytes=0-0" } })).status === 206,
  );
  for (const socket of sockets) socket.destroy();
});

test("many readers of a file leave the connections to others, which webhooks use, too", async () => {
  const read = async (content: Buffer) => (await api.upload(agent, content)).body.url as string;
  const [flooded, other] = [await read(SAMPLES.png), await read(SAMPLES.pdf)];
  const stuck = async () => {
    const { rows } = await database.pool.query<{ count: number }>(
      `select count(*)::int from pg_stat_activity
       where datname = current_database() and application_name = 'parley media' and wait_event_type = 'Lock'`,
    );
    return rows[0]!.count;
  };
  const client = await database.pool.connect();
  await client.query("begin");
  await client.query("lock table app_public.media");
  const reads = Array.from({ length: 20 }, () => fetch(api.url + flooded));
  try {
    await until("look-ups of the flooded file", async () => (await stuck()) > 1);
    reads.push(fetch(api.url + other));
    await until("the look-up of the other file", async () => (await stuck()) > 2);
    assert.equal(await stuck(), 3);
  } finally {
    await client.query("rollback");
    client.release();
  }
  for (const response of await Promise.all(reads)) await response.arrayBuffer();
});

test("a 100 MB document goes in and out in bounded memory", async () => {
  const size = 100 * 1024 * 1024;
  const piece = Buffer.alloc(1024 * 1024, "0123456789abcdef");
  const expected = createHash("sha256");
  function* pieces() {
    const first = Buffer.concat([Buffer.from(`%PDF-1.7 ${randomUUID()}`), piece]).subarray(0, piece.length);
    for (let at = 0; at < size; at += piece.length) {
      const chunk = at === 0 ? first : piece;
      expected.update(chunk);
      // Only what is in use counts, not what has not been collected yet.
      if (at % (8 * piece.length) === 0) collectGarbage();
      yield chunk;
    }
  }
  collectGarbage();
  const before = process.memoryUsage.rss();
  let peak = before;
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 10);
  const { status, body } = await api.upload(agent, Readable.from(pieces()), {
    headers: { "content-type": "application/pdf" },
  });
  assert.equal(status, 201, JSON.stringify(body));
  assert.equal(body.size, size);
  const served = createHash("sha256");
  const response = await fetch(api.url + body.url);
  for await (const chunk of response.body!) served.update(chunk);
  clearInterval(timer);
  assert.equal(served.digest("hex"), expected.digest("hex"));
  // Client and server are one process here.
  assert.ok(peak - before < 80 * 1024 * 1024, `${Math.round((peak - before) / 1024 / 1024)} MB`);
});
