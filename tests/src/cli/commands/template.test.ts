import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../../../support/database.ts";
import {
  type ConnectedWorkspace,
  startProgram,
  TEST_SECRET_KEY,
  type TestProgram,
} from "../../../support/program.ts";
import { runParley } from "./parley.ts";

let database: TestDatabase;
let program: TestProgram;
let workspace: ConnectedWorkspace;
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-templates-"));
  database = await createTestDatabase();
  program = await startProgram(database, { sandbox: { approvesTemplatesAfterMs: null } });
  workspace = await program.connectedWorkspace();
});
after(async () => {
  await program.stop();
  await database.drop();
  await rm(folder, { recursive: true });
});

type Printed = Record<string, unknown>;

/** Runs `parley template …` for the workspace; what it prints with --json. */
async function template<T = Printed>(...args: string[]): Promise<T> {
  const { stdout, stderr } = await runParley(["template", ...args, "--tenant", workspace.slug, "--json"], {
    env: { DATABASE_URL: database.ownerUrl, PARLEY_SECRET_KEY: TEST_SECRET_KEY },
  });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as T;
}

test("a template is written, submitted, found by sync and deleted from the shell", async () => {
  const file = join(folder, "order_ready.json");
  const write = (name: string, text: string) =>
    writeFile(
      file,
      JSON.stringify({ name, language: "en-US", category: "UTILITY", components: [{ type: "BODY", text }] }),
    );
  await write("draft", "{{1}}");
  assert.match(String((await template("create", file)).problem), /must not start or end with a variable/);
  await write("order_ready", "Your order is ready.");
  assert.equal((await template("create", file, "--submit")).state, "done");
  program.sandbox.decide(workspace.businessAccountId, "order_ready", { kind: "approve" });
  assert.deepEqual(await template("sync"), [
    { account: workspace.businessAccountId, templates: 1, deleted: 0, problem: null },
  ]);
  const [listed, deleted] = await Promise.all([
    template<Printed[]>("list", "--status", "approved"),
    template("delete", "draft"),
  ]);
  assert.deepEqual(
    listed.map(({ name, language }) => `${name}/${language}`),
    ["order_ready/en_US"],
  );
  assert.equal(deleted.state, "done");
});
