import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { copyFile, mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, type TestContext, test } from "node:test";
import { FolderStorage } from "../../../src/media/folder_storage.ts";
import { S3Storage } from "../../../src/media/s3_storage.ts";
import { Spool } from "../../../src/media/spool.ts";
import { type MediaStorage, newStorageKey } from "../../../src/media/storage.ts";
import { BUCKET, CREDENTIALS, REGION, refuse, s3StandIn } from "./s3_stand_in.ts";
import { temporaryFolder } from "./temporary_folder.ts";

/** A key without a file. */
const NO_FILE = newStorageKey(randomUUID(), Buffer.alloc(32));

type Stage = { storage: MediaStorage; spool: Spool };

async function folderStage(t: TestContext): Promise<Stage & { folder: string }> {
  const folder = await temporaryFolder(t);
  return { storage: new FolderStorage(folder), spool: new Spool(join(folder, "spool")), folder };
}

async function s3Stage(t: TestContext, settings = {}) {
  const s3 = await s3StandIn();
  const storage = new S3Storage({
    endpoint: s3.url,
    region: REGION,
    bucket: BUCKET,
    prefix: "",
    ...CREDENTIALS,
    retryMs: 1,
    ...settings,
  });
  t.after(async () => {
    await s3.close();
    await storage.close();
  });
  return { storage, spool: new Spool(await temporaryFolder(t)), s3 };
}

async function put({ storage, spool }: Stage, tenantId: string, body: Buffer) {
  await using file = await spool.write(Readable.from([body]), { maxBytes: 1e9, timeoutMs: 10_000 });
  const key = newStorageKey(tenantId, file.sha256);
  await storage.put(key, file, "image/png");
  return key;
}

async function read({ storage }: Stage, ...args: Parameters<MediaStorage["open"]>) {
  const { stream, size } = await storage.open(...args);
  return { size, body: await buffer(stream) };
}

for (const [name, stageOf] of Object.entries({ folder: folderStage, s3: s3Stage }))
  describe(`the storage in a ${name}`, () => {
    test("keeps a file, whole and in parts", async (t) => {
      const stage = await stageOf(t);
      const body = randomBytes(300_000);
      const key = await put(stage, randomUUID(), body);
      assert.deepEqual(await read(stage, key), { size: body.length, body });
      assert.deepEqual(await read(stage, key, { start: 10, end: 19 }), {
        size: body.length,
        body: body.subarray(10, 20),
      });
      assert.deepEqual(await readdir(stage.spool.folder), []);
    });

    test("keeps an empty file", async (t) => {
      const stage = await stageOf(t);
      const key = await put(stage, randomUUID(), Buffer.alloc(0));
      assert.deepEqual(await read(stage, key), { size: 0, body: Buffer.alloc(0) });
    });

    test("stores again and deletes again without an error", async (t) => {
      const stage = await stageOf(t);
      await using file = await stage.spool.write(Readable.from(["a"]), { maxBytes: 10, timeoutMs: 10_000 });
      const copy = `${file.path}-copy`;
      await copyFile(file.path, copy);
      await stage.storage.put(NO_FILE, { ...file, path: copy }, "text/plain");
      await stage.storage.put(NO_FILE, file, "text/plain");
      assert.equal((await read(stage, NO_FILE)).size, 1);
      await stage.storage.remove(NO_FILE);
      await stage.storage.remove(NO_FILE);
      await assert.rejects(stage.storage.open(NO_FILE), { name: "MissingFile" });
    });

    test("keeps equal files apart", async (t) => {
      const stage = await stageOf(t);
      const body = randomBytes(10);
      const tenantId = randomUUID();
      const [one, other] = [await put(stage, tenantId, body), await put(stage, tenantId, body)];
      await stage.storage.remove(one);
      assert.deepEqual((await read(stage, other)).body, body);
    });

    test("refuses keys that it has not made", async (t) => {
      const { storage } = await stageOf(t);
      for (const key of ["", "../../etc/passwd", `${NO_FILE}/x`, `../${NO_FILE}`, `${NO_FILE}\n`])
        await assert.rejects(async () => storage.open(key), TypeError);
      assert.throws(() => newStorageKey("../../etc", Buffer.alloc(32)), TypeError);
      assert.throws(() => newStorageKey(randomUUID(), Buffer.alloc(3)), TypeError);
    });

    test("can be checked", async (t) => {
      const { storage } = await stageOf(t);
      await storage.check();
      await storage.check();
    });
  });

describe("the folder", () => {
  test("is readable for this account only", async (t) => {
    const stage = await folderStage(t);
    const path = join(stage.folder, await put(stage, randomUUID(), randomBytes(10)));
    assert.equal((await stat(dirname(path))).mode & 0o777, 0o700);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  test("that cannot be written to is PYSTO, with its name", async (t) => {
    const folder = await temporaryFolder(t);
    await writeFile(join(folder, "file"), "");
    const storage = new FolderStorage(join(folder, "file"));
    await assert.rejects(storage.check(), { code: "PYSTO", message: /store a file in .*\/file \(/ });
    await mkdir(join(folder, "other"));
    await assert.rejects(new FolderStorage(join(folder, "other")).open(NO_FILE), { name: "MissingFile" });
  });
});

describe("the bucket", () => {
  test("keeps the type, and the prefix, whatever its characters", async (t) => {
    const prefix = "a b/ü+ä/(c)!*'&=?#%/d@e:f";
    const stage = await s3Stage(t, { prefix });
    const body = randomBytes(10);
    const key = await put(stage, randomUUID(), body);
    assert.deepEqual((await read(stage, key)).body, body);
    const [[path, object]] = [...stage.s3.objects] as unknown as [[string, { contentType: string }]];
    assert.match(decodeURIComponent(path), new RegExp(`^/${BUCKET}/a b/ü\\+ä/.*/d@e:f/${key}$`));
    assert.equal(object.contentType, "image/png");
  });

  test("refuses a wrong secret at once, and the error has neither key nor secret", async (t) => {
    const stage = await s3Stage(t, { secretAccessKey: "wrong-secret" });
    await assert.rejects(stage.storage.check(), (error: Error & { code: string }) => {
      assert.equal(error.code, "PYSTO");
      assert.match(error.message, /403 SignatureDoesNotMatch/);
      assert.doesNotMatch(`${error.message}${error.stack}`, /wrong-secret|AKID/);
      return true;
    });
    assert.equal(stage.s3.requests.length, 1);
  });

  test("refuses a body that was changed on its way", async (t) => {
    const stage = await s3Stage(t);
    await using file = await stage.spool.write(Readable.from(["abc"]), { maxBytes: 10, timeoutMs: 1_000 });
    await writeFile(file.path, "xyz");
    await assert.rejects(stage.storage.put(NO_FILE, file, "text/plain"), { code: "PYSTO", message: /400/ });
  });

  test("that does not exist is PYSTO and not a missing file", async (t) => {
    const { storage } = await s3Stage(t, { bucket: "another" });
    await assert.rejects(storage.open(NO_FILE), { code: "PYSTO", message: /404 NoSuchBucket/ });
  });

  test("is asked again while it is busy, three times at most", async (t) => {
    const stage = await s3Stage(t);
    let busy = 2;
    stage.s3.interfere = (request, response) => {
      if (busy-- <= 0) return false;
      request.resume();
      request.once("end", () => refuse(response, "503 SlowDown"));
      return true;
    };
    const body = randomBytes(100_000);
    const key = await put(stage, randomUUID(), body);
    assert.deepEqual(
      stage.s3.requests.map(({ status }) => status),
      [503, 503, 200],
    );
    assert.deepEqual((await read(stage, key)).body, body);
    busy = 3;
    await assert.rejects(stage.storage.open(key), { code: "PYSTO", message: /503 SlowDown/ });
  });

  test("that does not answer is given up, sooner for a small file", async (t) => {
    const stage = await s3Stage(t, { timeoutMs: 50 });
    const taken: number[] = [];
    stage.s3.interfere = (request) => {
      request.on("error", () => {}).resume();
      taken.push(Date.now());
      return true;
    };
    await assert.rejects(put(stage, randomUUID(), randomBytes(1_000)), {
      code: "PYSTO",
      message: /cannot be reached/,
    });
    assert.equal(taken.length, 3);
    assert.ok(taken[2]! - taken[0]! < 5_000);
  });

  test("that cannot be reached is PYSTO, with its address", async (t) => {
    const { storage, s3 } = await s3Stage(t);
    await s3.close();
    await assert.rejects(storage.check(), {
      code: "PYSTO",
      message: /127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\)/,
    });
  });

  test("may send a file slowly, and a reader may stop", async (t) => {
    const stage = await s3Stage(t);
    const body = randomBytes(50_000);
    const key = await put(stage, randomUUID(), body);
    let ended = false;
    stage.s3.interfere = (_request, response) => {
      response.writeHead(200, { "content-length": body.length });
      response.write(body.subarray(0, 20_000));
      setTimeout(() => response.end(body.subarray(20_000)), 100);
      response.once("close", () => (ended = true));
      return true;
    };
    assert.deepEqual((await read(stage, key)).body, body);
    stage.s3.interfere = (_request, response) => {
      response.writeHead(200, { "content-length": 1e9 });
      response.write(body);
      ended = false;
      response.once("close", () => (ended = true));
      return true;
    };
    const { stream } = await stage.storage.open(key);
    stream.on("error", () => {});
    stream.destroy();
    while (!ended) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  test("that breaks off ends the stream with an error", async (t) => {
    const stage = await s3Stage(t);
    const key = await put(stage, randomUUID(), randomBytes(10));
    stage.s3.interfere = (_request, response) => {
      response.writeHead(200, { "content-length": 1_000 });
      response.write("x", () => response.destroy());
      return true;
    };
    await assert.rejects(read(stage, key));
  });
});
