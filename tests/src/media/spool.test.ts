import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { chmod, readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { test } from "node:test";
import { Spool } from "../../../src/media/spool.ts";
import { temporaryFolder } from "./temporary_folder.ts";

const LIMITS = { maxBytes: 1_000_000, timeoutMs: 10_000 };

test("a body is written, counted and hashed, and its file deleted on disposal", async (t) => {
  const spool = new Spool(join(await temporaryFolder(t), "spool"));
  const body = randomBytes(200_000);
  {
    await using file = await spool.write(Readable.from([body.subarray(0, 7), body.subarray(7)]), LIMITS);
    assert.equal(file.size, body.length);
    assert.deepEqual(file.sha256, createHash("sha256").update(body).digest());
    assert.deepEqual(await readFile(file.path), body);
    assert.equal((await stat(file.path)).mode & 0o777, 0o600);
  }
  assert.deepEqual(await readdir(spool.folder), []);
});

test("an endless body is ended at the limit, and leaves nothing", async (t) => {
  const spool = new Spool(await temporaryFolder(t));
  let sent = 0;
  const endless = Readable.from(
    (async function* () {
      for (;;) {
        sent += 65_536;
        yield Buffer.alloc(65_536);
      }
    })(),
  );
  await assert.rejects(spool.write(endless, LIMITS), { code: "PYBIG", message: /1000000 bytes/ });
  assert.ok(sent < 2_500_000, `${sent} bytes were read`);
  assert.ok(endless.destroyed);
  assert.deepEqual(await readdir(spool.folder), []);
});

test("a body of exactly the limit is accepted", async (t) => {
  const spool = new Spool(await temporaryFolder(t));
  await using file = await spool.write(Readable.from([Buffer.alloc(10)]), { ...LIMITS, maxBytes: 10 });
  assert.equal(file.size, 10);
});

test("a body that stops is ended by the deadline, and by the signal", async (t) => {
  const spool = new Spool(await temporaryFolder(t));
  const stuck = new PassThrough();
  stuck.write("x");
  await assert.rejects(spool.write(stuck, { ...LIMITS, timeoutMs: 50 }), { code: "PYTIM" });
  assert.ok(stuck.destroyed);

  const ended = new PassThrough();
  const control = new AbortController();
  const writing = spool.write(ended, { ...LIMITS, signal: control.signal });
  ended.write("x");
  control.abort(new Error("enough"));
  await assert.rejects(writing, { message: "enough" });
  assert.deepEqual(await readdir(spool.folder), []);
});

test("a body that breaks off fails with its own error, and leaves nothing", async (t) => {
  const spool = new Spool(await temporaryFolder(t));
  const broken = new PassThrough();
  const writing = spool.write(broken, LIMITS);
  broken.write("x");
  broken.destroy(new Error("reset"));
  await assert.rejects(writing, { message: "reset" });
  assert.deepEqual(await readdir(spool.folder), []);
});

test("a folder that cannot be created is PYSTO, and named", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, "file"), "");
  const spool = new Spool(join(folder, "file", "spool"));
  await assert.rejects(spool.check(), { code: "PYSTO", message: /file\/spool \(ENOTDIR\)/ });
});

test("a folder that is not writable is PYSTO", { skip: process.getuid?.() === 0 }, async (t) => {
  const folder = await temporaryFolder(t);
  await chmod(folder, 0o500);
  await assert.rejects(new Spool(folder).check(), { code: "PYSTO", message: /EACCES/ });
  await chmod(folder, 0o700);
});

test("a disk with little space left is PYSTO before it is full, and may recover", async (t) => {
  const spool = new Spool(await temporaryFolder(t));
  await spool.check(async () => 200_000_000);
  await assert.rejects(
    spool.check(async () => 5_500_000),
    { code: "PYSTO", isTemporary: true, message: /^5 MB are left in .*, and a file may need 100$/ },
  );
  assert.deepEqual(await readdir(spool.folder), []);
});

test("sweeping deletes what killed processes have left, and nothing newer", async (t) => {
  const folder = await temporaryFolder(t);
  const spool = new Spool(folder);
  await spool.check();
  const now = Date.now();
  for (const [name, minutes] of Object.entries({ old: 61, new: 59 })) {
    await writeFile(join(folder, name), "x");
    const time = new Date(now - minutes * 60_000);
    await utimes(join(folder, name), time, time);
  }
  await spool.sweep(now);
  assert.deepEqual(await readdir(folder), ["new"]);
  await new Spool(join(folder, "missing")).sweep();
});
