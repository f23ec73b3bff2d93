import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { readdir } from "node:fs/promises";
import { Readable } from "node:stream";
import { after, before, test } from "node:test";
import { newStorageKey } from "../../src/media/storage.ts";
import { BUCKET, CREDENTIALS, REGION, refuse, s3StandIn } from "../src/media/s3_stand_in.ts";
import { SAMPLES } from "../src/media/sample_files.ts";
import { temporaryFolder } from "../src/media/temporary_folder.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aPerson, aWorkspace, type Person } from "../support/people.ts";
import { tokenOf } from "./support/api.ts";
import { type MediaApi, startMediaApi } from "./support/media_api.ts";

let database: TestDatabase;
let api: MediaApi;
let agent: Person;
let viewer: Person;
let stranger: Person;

before(async () => {
  database = await createTestDatabase();
  api = await startMediaApi({ after }, database);
  const { tenantId } = await aWorkspace(database.pool);
  agent = await aPerson(database.pool, tenantId, "agent");
  viewer = await aPerson(database.pool, tenantId, "viewer");
  stranger = await aPerson(database.pool, (await aWorkspace(database.pool)).tenantId, "owner");
});

after(async () => {
  await api.close();
  await database.drop();
});

const MEDIA = `query ($id: UUID!) {
  media(id: $id) { id state type mimeType filename size isVoice userId url download: url(download: true) }
}`;

async function mediaOf(as: Person, id: string) {
  const { data, errors } = await api.ask(as, MEDIA, { id });
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data.media;
}

async function aPicture(): Promise<{ id: string; url: string }> {
  const { body } = await api.upload(agent, SAMPLES.png);
  return { id: body.id, url: api.url + body.url };
}

test("a file is uploaded, seen in GraphQL, and read through its address", async () => {
  const { status, body } = await api.upload(agent, SAMPLES.png, {
    query: "?filename=photo.png",
    headers: { "content-type": "image/png" },
  });
  assert.equal(status, 201);
  const { id, url, ...facts } = body;
  assert.deepEqual(facts, {
    state: "stored",
    type: "image",
    mimeType: "image/png",
    filename: "photo.png",
    size: SAMPLES.png.length,
    isVoice: false,
  });
  const seen = await mediaOf(viewer, id);
  assert.equal(seen.url, url);
  assert.equal(seen.userId, agent.userId);
  const response = await fetch(api.url + seen.url);
  assert.equal(response.status, 200);
  assert.deepEqual(Buffer.from(await response.arrayBuffer()), SAMPLES.png);
  const headers = Object.fromEntries(response.headers);
  assert.equal(headers["content-type"], "image/png");
  assert.equal(headers["content-disposition"], "inline; filename=photo.png");
  assert.equal(headers["x-content-type-options"], "nosniff");
  assert.match(headers["content-security-policy"]!, /default-src 'none';.* sandbox$/);
  assert.equal(headers["cross-origin-resource-policy"], "cross-origin");
  assert.match(headers["cache-control"]!, /^private, max-age=600/);
  const download = await fetch(api.url + seen.download);
  assert.equal(download.headers.get("content-disposition"), "attachment; filename=photo.png");
});

test("another tenant neither sees the file nor gets an address", async () => {
  const { id } = await aPicture();
  assert.equal(await mediaOf(stranger, id), null);
  assert.ok(await mediaOf(viewer, id));
});

test("only members from agent on upload; others are refused before their file is read", async () => {
  const refused = await api.upload(viewer, SAMPLES.png);
  assert.deepEqual([refused.status, refused.body.error.code], [403, "PYDEN"]);
  for (const authorization of ["", "Bearer x", "Basic YTpi"]) {
    const { status, body } = await api.upload(agent, SAMPLES.png, { headers: { authorization } });
    assert.deepEqual([status, body.error.code], [401, "PYTOK"]);
  }
  assert.deepEqual(await readdir(api.media.spool.folder), []);
});

test("a form with one file is accepted, with any name", async () => {
  for (const [name, kept] of [
    ["Fatura ğüş 📄.pdf", "Fatura ğüş 📄.pdf"],
    ["../../etc/passwd", "passwd.pdf"],
    ['a"b.pdf', "a_b.pdf"],
  ] as const) {
    const form = new FormData();
    form.set("file", new File([new Uint8Array(SAMPLES.pdf)], name, { type: "application/pdf" }));
    const { status, body } = await uploadForm(form);
    assert.equal(status, 201, JSON.stringify(body));
    assert.equal(body.filename, kept);
    const response = await fetch(api.url + body.url);
    const disposition = response.headers.get("content-disposition")!;
    assert.match(disposition, /^attachment; /);
    if (/[^\0-\x7f]/.test(kept))
      assert.ok(disposition.includes("filename*=UTF-8''Fatura%20%C4%9F"), disposition);
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), SAMPLES.pdf);
  }
});

async function uploadForm(form: FormData) {
  const response = await fetch(`${api.url}/media`, {
    method: "POST",
    headers: { authorization: `Bearer ${tokenOf(agent)}` },
    body: form,
  });
  // biome-ignore lint/suspicious/noExplicitAny: a row, or an error
  return { status: response.status, body: (await response.json()) as any };
}

test("equal files are stored once per tenant, and are several media", async () => {
  const body = Buffer.from(`only once: ${randomUUID()}`);
  const files = async () =>
    (
      await database.pool.query("select tenant_id from app_private.media_files where sha256 = $1", [
        createHash("sha256").update(body).digest(),
      ])
    ).rows.length;
  const one = await api.upload(agent, body);
  const two = await api.upload(agent, body);
  assert.notEqual(one.body.id, two.body.id);
  assert.equal(await files(), 1);
  await api.upload(stranger, body);
  assert.equal(await files(), 2);
});

test("uploads at the same time of one file are all stored", async () => {
  const body = Buffer.from(`%PDF-1.7 ${randomUUID()}`);
  const all = await Promise.all([1, 2, 3, 4].map(() => api.upload(agent, body)));
  for (const { status, body: row } of all) {
    assert.equal(status, 201, JSON.stringify(row));
    assert.equal((await fetch(api.url + row.url)).status, 200);
  }
});

test("hostile and mistaken files are refused, with the reason", async () => {
  const cases: [Buffer, string, string, RegExp][] = [
    [SAMPLES.html, "image/png", "", /not of an accepted type/],
    [SAMPLES.lateHtml, "text/plain", "", /not of an accepted type/],
    [SAMPLES.svg, "image/svg+xml", "", /not of an accepted type/],
    [SAMPLES.exe, "application/pdf", "?filename=cv.pdf", /not of an accepted type/],
    [SAMPLES.docm, "", "", /not of an accepted type/],
    [SAMPLES.empty, "", "", /not of an accepted type/],
    [SAMPLES.pdf, "image/png", "", /declared as image\/png, but its content is application\/pdf/],
    [SAMPLES.text, "text/html", "", /declared as text\/html, but its content is text\/plain/],
    [SAMPLES.png, "", "?type=video", /image\/png cannot be sent as video, but as image or document/],
    [SAMPLES.mp3, "", "?voice=true", /a voice note must be OGG with Opus/],
    [SAMPLES.stereoOpus, "", "?voice=true", /a voice note must be OGG with Opus and one channel/],
  ];
  for (const [sample, type, query, message] of cases) {
    const headers = { "content-type": type || "application/octet-stream" };
    const { status, body } = await api.upload(agent, sample, { query, headers });
    assert.deepEqual([status, body.error.code], [400, "PYTYP"], JSON.stringify(body));
    assert.match(body.error.message, message);
  }
  assert.deepEqual(await readdir(api.media.spool.folder), []);
});

test("voice notes, stickers and documents keep what they are sent as", async () => {
  const cases: [Buffer, string, object][] = [
    [SAMPLES.opus, "?voice=true", { type: "audio", mimeType: "audio/ogg; codecs=opus", isVoice: true }],
    [SAMPLES.webp, "", { type: "sticker", mimeType: "image/webp", isVoice: false }],
    [SAMPLES.jpeg, "?type=document&filename=a.exe", { type: "document", filename: "a.exe.jpg" }],
    [
      SAMPLES.text,
      "?filename=page.html",
      { type: "document", mimeType: "text/plain", filename: "page.html.txt" },
    ],
  ];
  for (const [sample, query, facts] of cases) {
    const { status, body } = await api.upload(agent, sample, { query });
    assert.equal(status, 201, JSON.stringify(body));
    assert.deepEqual({ ...body, ...facts }, body);
  }
});

test("the size is limited by type, from the announcement on", async () => {
  const pad = (sample: Buffer, size: number) => Buffer.concat([sample, Buffer.alloc(size - sample.length)]);
  const cases: [Buffer, string, number][] = [
    [pad(SAMPLES.png, 5 * 1024 * 1024), "", 201],
    [pad(SAMPLES.png, 5 * 1024 * 1024 + 1), "", 413],
    [pad(SAMPLES.png, 5 * 1024 * 1024 + 1), "?type=document", 201],
    [pad(SAMPLES.webp, 100 * 1024 + 1), "", 413],
    [pad(SAMPLES.animatedWebp, 100 * 1024 + 1), "", 201],
    [pad(SAMPLES.animatedWebp, 500 * 1024 + 1), "", 413],
    [pad(SAMPLES.opus, 16 * 1024 * 1024 + 1), "?type=audio", 413],
  ];
  for (const [sample, query, expected] of cases) {
    const { status, body } = await api.upload(agent, sample, { query });
    assert.equal(status, expected, JSON.stringify(body));
    if (status === 413) assert.match(body.error.message, /may have at most \d+ bytes/);
  }
});

test("a query that is not understood is refused, by name", async () => {
  for (const [query, name] of [
    ["?type=html", "type"],
    ["?voice=perhaps", "voice"],
    ["?typ=image", "typ"],
    ["?filename=a&filename=b", "filename"],
  ] as const) {
    const { status, body } = await api.upload(agent, SAMPLES.png, { query });
    assert.deepEqual([status, body.error.code], [400, "PYREQ"]);
    assert.ok(body.error.message.startsWith(`\`${name}\``), body.error.message);
  }
});

test("an address that is forged, of another file or expired is refused", async () => {
  const { id, url } = await aPicture();
  const other = await aPicture();
  const expired = api.url + api.addresses.sign({ mediaId: id, isDownload: false }, Date.now() - 20 * 60_000);
  for (const address of [
    expired,
    `${url}x`,
    `${url}&download=true`,
    url.replace(id, other.id),
    url.replace(id, "not-an-id"),
    url.replace(id, encodeURIComponent("../etc/passwd")),
    url.split("?")[0]!,
    `${url.split("?")[0]}?expires=9999999999&signature=${"A".repeat(43)}`,
  ]) {
    const response = await fetch(address);
    assert.equal(response.status, 403, address);
    const { error } = (await response.json()) as { error: { code: string } };
    assert.equal(error.code, "PYLNK");
  }
  assert.equal((await fetch(url)).status, 200);
});

test("a file that is not stored is refused, with its state", async () => {
  const { rows } = await database.pool.query<{ id: string }>(
    `insert into app_public.media (tenant_id, type, channel_id, state, error_code)
     select c.tenant_id, 'image', c.id, s.state::app_public.media_state, s.code
     from app_public.channels c, (values ('pending', null), ('failed', 'PYUNR'), ('gone', 'PYUNR')) s (state, code)
     where c.tenant_id = $1
     returning id`,
    [agent.tenantId],
  );
  const answers = await Promise.all(
    rows.map(async ({ id }) => {
      assert.equal((await mediaOf(agent, id)).url, null);
      const response = await fetch(api.url + api.addresses.sign({ mediaId: id, isDownload: false }));
      // biome-ignore lint/suspicious/noExplicitAny: an error
      const { error } = (await response.json()) as any;
      return [response.status, error.code, error.state, error.errorCode];
    }),
  );
  assert.deepEqual(answers.sort(), [
    [404, "PYGON", "gone", "PYUNR"],
    [409, "PYFIL", "failed", "PYUNR"],
    [409, "PYFIL", "pending", null],
  ]);
  const gone = await fetch(api.url + api.addresses.sign({ mediaId: randomUUID(), isDownload: false }));
  assert.equal(gone.status, 404);
});

test("a stored file that the storage does not have is 503, and in the log", async () => {
  const { id, url } = await aPicture();
  const { rows } = await database.pool.query(
    `update app_private.media_files f set storage_key = left(storage_key, -8) || 'ffffffff'
     from app_public.media m where m.id = $1 and f.tenant_id = m.tenant_id and f.sha256 = m.sha256
     returning f.storage_key`,
    [id],
  );
  assert.equal(rows.length, 1);
  const response = await fetch(url);
  assert.equal(response.status, 503);
  assert.equal(response.headers.get("etag"), null);
  assert.match(api.log.join(), /missing in MEDIA_STORAGE, which all processes must share/);
});

test("parts of a file, and files that the client has already", async () => {
  const text = Buffer.from(`%PDF-1.4 ${"0123456789".repeat(10_000)}`);
  const { body } = await api.upload(agent, text);
  const url = api.url + body.url;
  const get = async (headers: Record<string, string>, method = "GET") => {
    const response = await fetch(url, { headers, method });
    const bytes = Buffer.from(await response.arrayBuffer());
    return { status: response.status, bytes, headers: response.headers };
  };
  const { headers } = await get({});
  const etag = headers.get("etag")!;
  assert.match(etag, /^"[\w-]{43}"$/);

  const last = text.length - 1;
  const parts: [string, number, number][] = [
    ["bytes=0-9", 0, 9],
    ["bytes=9-", 9, last],
    ["bytes=-5", last - 4, last],
    ["bytes=5-999999999", 5, last],
    ["bytes=-999999999", 0, last],
  ];
  for (const [range, start, end] of parts) {
    const part = await get({ range });
    assert.equal(part.status, 206, range);
    assert.equal(part.headers.get("content-range"), `bytes ${start}-${end}/${text.length}`);
    assert.deepEqual(part.bytes, text.subarray(start, end + 1));
  }
  for (const range of [
    "bytes=0-1,5-6",
    "lines=0-1",
    "bytes=",
    "bytes=x-y",
    `bytes=${"0-1,".repeat(2_000)}0-1`,
  ]) {
    const whole = await get({ range });
    assert.deepEqual([whole.status, whole.bytes.length], [200, text.length], range.slice(0, 20));
  }
  const beyond = await get({ range: `bytes=${text.length}-` });
  assert.equal(beyond.status, 416);
  assert.equal(beyond.headers.get("content-range"), `bytes */${text.length}`);

  assert.equal((await get({ range: "bytes=0-9", "if-range": etag })).status, 206);
  assert.equal((await get({ range: "bytes=0-9", "if-range": '"other"' })).status, 200);
  for (const tags of [etag, `W/${etag}`, `"a", ${etag}`, "*"]) {
    const known = await get({ "if-none-match": tags });
    assert.deepEqual([known.status, known.bytes.length], [304, 0], tags);
  }
  assert.equal((await get({ "if-none-match": '"other"' })).status, 200);

  const head = await get({}, "HEAD");
  assert.deepEqual([head.status, head.bytes.length], [200, 0]);
  assert.equal(head.headers.get("content-length"), String(text.length));
  const headOfPart = await get({ range: "bytes=0-9" }, "HEAD");
  assert.deepEqual([headOfPart.status, headOfPart.headers.get("content-length")], [206, "10"]);
});

test("what a customer calls a picture is sent as what it is", async () => {
  const cases: [Buffer, string, string, RegExp, string][] = [
    [SAMPLES.html, "image/png", "a.png", /^attachment/, "application/octet-stream"],
    [SAMPLES.svg, "image/svg+xml", "a.svg", /^attachment/, "application/octet-stream"],
    [SAMPLES.html, "text/html", "a.html", /^attachment/, "application/octet-stream"],
    [SAMPLES.exe, "application/pdf", "a\r\nb.pdf", /^attachment; filename=ab.pdf$/, "application/pdf"],
    [SAMPLES.gif, "text/html", "a.html", /^inline/, "image/gif"],
    [Buffer.alloc(0), "image/png", "a.png", /^attachment/, "application/octet-stream"],
  ];
  for (const [sample, mimeType, filename, disposition, contentType] of cases) {
    const id = await receivedFile(sample, mimeType, filename);
    const response = await fetch(api.url + api.addresses.sign({ mediaId: id, isDownload: false }));
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-disposition")!, disposition);
    assert.equal(response.headers.get("content-type"), contentType);
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    assert.match(response.headers.get("content-security-policy")!, /sandbox/);
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), sample);
  }
});

/** A file as a provider would have delivered it: nothing of it was checked. */
async function receivedFile(body: Buffer, mimeType: string, filename: string): Promise<string> {
  await using file = await api.media.spool.write(Readable.from([body], { objectMode: false }), {
    maxBytes: 1e6,
    timeoutMs: 5_000,
  });
  const key = newStorageKey(agent.tenantId, file.sha256);
  await api.media.storage.put(key, file, mimeType);
  const { rows } = await database.pool.query<{ id: string }>(
    `with file as (
       insert into app_private.media_files (tenant_id, sha256, size, storage_key) values ($1, $2, $3, $4)
       on conflict (tenant_id, sha256) do update set storage_key = excluded.storage_key
     )
     insert into app_public.media (tenant_id, type, channel_id, state, sha256, size, stored_at, mime_type, filename)
     select $1, 'image', c.id, 'stored', $2, $3, now(), $5, $6 from app_public.channels c where c.tenant_id = $1
     returning id`,
    [agent.tenantId, file.sha256, file.size, key, mimeType, filename],
  );
  return rows[0]!.id;
}

test("other methods are refused", async () => {
  const { url } = await aPicture();
  for (const [address, method, allow] of [
    [`${api.url}/media`, "GET", "POST"],
    [url, "POST", "GET, HEAD"],
    [url, "DELETE", "GET, HEAD"],
  ] as const) {
    const response = await fetch(address, { method });
    assert.deepEqual([response.status, response.headers.get("allow")], [405, allow]);
  }
});

test("a bucket serves as well as a folder", async (t) => {
  const s3 = await s3StandIn();
  const inBucket = await startMediaApi(t, database, {
    settings: {
      MEDIA_STORAGE: `s3://${BUCKET}/files`,
      MEDIA_S3_ENDPOINT: s3.url,
      MEDIA_S3_REGION: REGION,
      MEDIA_S3_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      MEDIA_S3_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      PARLEY_DATA_DIR: await temporaryFolder(t),
    },
  });
  t.after(async () => {
    await inBucket.close();
    await s3.close();
  });
  const file = Buffer.from(`%PDF-1.7 ${randomUUID()}`);
  const { status, body } = await inBucket.upload(agent, file);
  assert.equal(status, 201, JSON.stringify(body));
  assert.equal([...s3.objects.values()][0]?.contentType, "application/pdf");
  const response = await fetch(inBucket.url + body.url, { headers: { range: "bytes=0-3" } });
  assert.deepEqual([response.status, await response.text()], [206, "%PDF"]);
  assert.deepEqual(await readdir(inBucket.media.spool.folder), []);

  s3.interfere = (request, answer) => {
    request.resume();
    refuse(answer, "403 AccessDenied");
    return true;
  };
  const refused = await inBucket.upload(agent, Buffer.from(`%PDF-1.7 ${randomUUID()}`));
  assert.deepEqual([refused.status, refused.body.error.code], [503, "PYSTO"]);
  assert.doesNotMatch(JSON.stringify(refused.body), /AccessDenied|127\.0\.0\.1/);
  assert.match(inBucket.log.join(), /403 AccessDenied/);
  assert.doesNotMatch(inBucket.log.join(), /a secret\/with/);
});
