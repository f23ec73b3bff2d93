import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import pg from "pg";
import { temporaryFolder } from "../media/temporary_folder.ts";

/** What docs/security.md says about TLS to the database, which the driver decides. */
const sslOf = (parameters: string) =>
  (new pg.Client(`postgres://db.example/parley?${parameters}`) as unknown as { ssl: unknown }).ssl;

test("require, prefer and verify-ca check the certificate like verify-full; no-verify does not", () => {
  assert.equal(sslOf(""), false);
  assert.equal(sslOf("sslmode=disable"), false);
  for (const mode of ["require", "prefer", "verify-ca", "verify-full"])
    assert.deepEqual({ ...(sslOf(`sslmode=${mode}`) as object) }, {}, mode);
  assert.deepEqual({ ...(sslOf("sslmode=no-verify") as object) }, { rejectUnauthorized: false });
  assert.deepEqual(
    { ...(sslOf("sslmode=require&uselibpqcompat=true") as object) },
    { rejectUnauthorized: false },
  );
});

test("an own CA is read from its file", async (t) => {
  const file = join(await temporaryFolder(t), "ca.pem");
  await writeFile(file, "the certificate");
  assert.deepEqual(
    { ...(sslOf(`sslmode=verify-full&sslrootcert=${file}`) as object) },
    { ca: "the certificate" },
  );
});
