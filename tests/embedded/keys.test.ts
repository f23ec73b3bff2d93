import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, test } from "node:test";
import { readOrCreateKeys } from "../../embedded/keys.ts";

let dataDir = "";
beforeEach(async (t) => {
  const parent = await mkdtemp(join(tmpdir(), "parley-test-"));
  dataDir = join(parent, ".parley");
  if ("after" in t) t.after(() => rm(parent, { recursive: true }));
});

test("the keys are made once, 32 random bytes each, and kept from others", async () => {
  const keys = await readOrCreateKeys(dataDir);
  assert.deepEqual(await readOrCreateKeys(dataDir), keys);
  for (const key of Object.values(keys)) assert.equal(Buffer.from(key, "base64url").length, 32);
  assert.equal(new Set(Object.values(keys)).size, 4);
  assert.equal((await stat(join(dataDir, "keys.json"))).mode & 0o777, 0o600);
});

test("processes that create the keys at once get the same", async () => {
  const all = await Promise.all(Array.from({ length: 20 }, () => readOrCreateKeys(dataDir)));
  assert.equal(new Set(all.map(({ secretKey }) => secretKey)).size, 1);
  assert.deepEqual(await readdir(dataDir), ["keys.json"]);
});

test("lost keys are not replaced when their database exists", async () => {
  await mkdir(join(dataDir, "postgres"), { recursive: true });
  await assert.rejects(readOrCreateKeys(dataDir), { name: "EmbeddedError", code: "keys_missing" });
});

for (const text of ["", "{", "null", '{"secretKey": 1}']) {
  test(`damaged keys are an error, not a reason to make others: ${text || "(empty)"}`, async () => {
    await mkdir(dataDir);
    await writeFile(join(dataDir, "keys.json"), text);
    await assert.rejects(readOrCreateKeys(dataDir), { code: "keys_mismatch" });
  });
}
