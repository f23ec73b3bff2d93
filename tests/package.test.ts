import assert from "node:assert/strict";
import { type ExecFileException, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import packageJson from "../package.json" with { type: "json" };
import { createTestDatabase, type TestDatabase } from "./support/database.ts";

const CHECKOUT = join(import.meta.dirname, "..");
const run = promisify(execFile);

let database: TestDatabase;
/** Where somebody has installed the package. */
let folder = "";
before(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "parley-package-"));
  const installed = join(folder, "node_modules");
  await mkdir(installed);
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: CHECKOUT });
  await run("tar", ["-xzf", join(folder, JSON.parse(stdout)[0].filename), "-C", folder]);
  await rename(join(folder, "package"), join(installed, "parley"));
  // What `npm install` would download.
  const ours = join(CHECKOUT, "node_modules");
  for (const name of await readdir(ours))
    if (!name.startsWith(".")) await symlink(join(ours, name), join(installed, name));
});
after(async () => {
  await rm(folder, { recursive: true });
  await database.drop();
});

function parley(...args: string[]) {
  const { PATH, PARLEY_SECRET_KEY, JWT_SECRET } = process.env;
  return [
    process.execPath,
    [join(folder, "node_modules/parley/src/parley.js"), ...args],
    {
      cwd: folder,
      env: {
        ...{ PATH, PARLEY_SECRET_KEY, JWT_SECRET, PORT: "0" },
        DATABASE_URL: database.ownerUrl,
        DATABASE_AUTHENTICATOR_URL: database.authenticatorUrl,
      },
    },
  ] as const;
}

test("the package that npm makes has what commands need, and no tests", async () => {
  const migrated = await run(...parley("migrate", "--json"));
  assert.equal(migrated.stderr, "");
  assert.match(migrated.stdout, /^\{/);
  const refused: ExecFileException = await run(...parley("tenant", "frobnicate")).catch((error) => error);
  assert.equal(refused.code, 1);
  const files = await readdir(join(folder, "node_modules/parley"));
  for (const name of ["tests", "bench", ".ci", ".env"]) assert.ok(!files.includes(name), name);
});

test("the package runs the API and the worker", { timeout: 60_000 }, async () => {
  const child = spawn(...parley("start", "--json"));
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const exit = once(child, "exit");
  try {
    while (!stdout.endsWith("}\n")) {
      await Promise.race([once(child.stdout, "data"), exit.then(() => assert.fail(`it ended: ${stderr}`))]);
    }
    const { url } = JSON.parse(stdout) as { url: string };
    assert.equal((await fetch(`${url}/health/live`)).status, 200);
    assert.equal((await fetch(`${url}/console`)).status, 200);
  } finally {
    child.kill("SIGTERM");
    await exit;
  }
});

test("the container image has the files of the package, and the same Node", async () => {
  const dockerfile = await readFile(join(CHECKOUT, "Dockerfile"), "utf8");
  const copied = [...dockerfile.matchAll(/^COPY ([\w./]+) \.\/\1$/gm)].map(([, path = ""]) => path);
  const missing = packageJson.files.filter(
    (path) => path !== "CHANGELOG.md" && !copied.some((each) => path === each || path.startsWith(`${each}/`)),
  );
  assert.deepEqual(missing, []);
  const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
  const base = `node:${packageJson.dependencies.node}-bookworm-slim`;
  assert.deepEqual(bases, [base, base]);
});
