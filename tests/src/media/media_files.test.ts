import assert from "node:assert/strict";
import { resolve } from "node:path";
import { test } from "node:test";
import { readConfig } from "../../../src/base/config.ts";
import { FolderStorage } from "../../../src/media/folder_storage.ts";
import { openMediaFiles } from "../../../src/media/media_files.ts";
import { S3Storage } from "../../../src/media/s3_storage.ts";

const KEYS = { MEDIA_S3_ACCESS_KEY_ID: "id", MEDIA_S3_SECRET_ACCESS_KEY: "secret" };
const open = (env: Record<string, string>) => openMediaFiles(readConfig(env));

test("files are kept in the data directory by default", () => {
  const { storage, spool } = open({ PARLEY_DATA_DIR: "/data" });
  assert.ok(storage instanceof FolderStorage);
  assert.equal(spool.folder, "/data/media/spool");
});

test("any folder can be chosen", () => {
  assert.equal(open({ MEDIA_STORAGE: "files" }).spool.folder, resolve("files/spool"));
});

test("so can a bucket; its bodies are received in the data directory", () => {
  const { storage, spool } = open({ MEDIA_STORAGE: "s3://bucket/a/b/", PARLEY_DATA_DIR: "/data", ...KEYS });
  assert.ok(storage instanceof S3Storage);
  assert.equal(spool.folder, "/data/spool");
});

test("with DATABASE_URL in production it must be set", () => {
  const production = { NODE_ENV: "production", DATABASE_URL: "postgres://db/parley" };
  assert.throws(() => open(production), { name: "ConfigError", message: /^MEDIA_STORAGE: is needed/ });
  assert.ok(open({ ...production, MEDIA_STORAGE: "/files" }));
  assert.ok(open({ ...production, NODE_ENV: "development" }));
});

test("a wrong setting is named, and never its secret", () => {
  const wrong: [Record<string, string>, RegExp][] = [
    [{ MEDIA_STORAGE: "http://bucket" }, /^MEDIA_STORAGE: must be a folder or s3:\/\/bucket\/prefix$/],
    [{ MEDIA_STORAGE: "s3://", ...KEYS }, /^MEDIA_STORAGE: must be/],
    [{ MEDIA_STORAGE: "s3://UPPER/x", ...KEYS }, /^MEDIA_STORAGE: must be/],
    [
      { MEDIA_STORAGE: "s3://bucket", MEDIA_S3_SECRET_ACCESS_KEY: "hush" },
      /^MEDIA_S3_ACCESS_KEY_ID: is needed with MEDIA_STORAGE=s3:\/\/…$/,
    ],
    [
      { MEDIA_STORAGE: "s3://bucket", MEDIA_S3_ACCESS_KEY_ID: "id" },
      /^MEDIA_S3_SECRET_ACCESS_KEY: is needed/,
    ],
    [{ MEDIA_S3_ENDPOINT: "minio:9000" }, /^MEDIA_S3_ENDPOINT: is not an http/],
    [{ MEDIA_S3_REGION: "EU west" }, /^MEDIA_S3_REGION: is not/],
  ];
  for (const [env, message] of wrong) assert.throws(() => readConfig(env), { name: "ConfigError", message });
});
