import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { type KillableProcess, startKillableProcess } from "../support/killable_process.ts";
import { fileAtSandbox, sendMedia, storedFile } from "../support/media.ts";
import { say, untilMessageState } from "../support/outbound.ts";
import { aConversation } from "../support/people.ts";
import { startProgram, type TestProgram } from "../support/program.ts";
import { until } from "../support/until.ts";

let database: TestDatabase;
let program: TestProgram;
let killable: KillableProcess;
before(async () => {
  database = await createTestDatabase();
  program = await startProgram(database, { withWorker: false, sandbox: { enforcesWindow: false } });
  killable = await startKillableProcess(database.ownerUrl, { MEDIA_STORAGE: program.config.MEDIA_STORAGE });
});
after(async () => {
  await killable.kill();
  await program.stop();
  await database.drop();
});

test("kill -9 of the worker during an upload: the file is uploaded again, and its messages are sent once, in order", {
  timeout: 60_000,
}, async () => {
  const workspace = await program.connectedWorkspace();
  const { phoneNumberId, tenantId, accessToken } = workspace;
  const bytes = randomBytes(20_000_000);
  const mediaId = await storedFile(database.pool, program.config.MEDIA_STORAGE!, tenantId, bytes, {
    type: "document",
    mimeType: "application/pdf",
  });
  const uploads = () =>
    program.sandbox.ledger.requests.filter(({ path }) => path.endsWith(`/${phoneNumberId}/media`));
  program.sandbox.faults.add({ kind: "blackHole" }, { operation: "uploadMedia", phoneNumberId, times: 1 });
  await killable.start();
  const thread = await aConversation(database.pool, workspace);
  const written = [
    await sendMedia(database.pool, thread.conversationId, mediaId, { type: "document" }),
    ...(await say(database.pool, thread, "below it")),
  ];
  await until("the upload to begin", () => uploads().length === 1);
  const [elsewhere] = await say(database.pool, await aConversation(database.pool, workspace), "hello");
  await untilMessageState(database.pool, elsewhere!, ({ state }) => state === null);
  await killable.kill();
  await killable.start();
  for (const id of written) await untilMessageState(database.pool, id, ({ state }) => state === null, 30_000);
  const sent = program.sandbox.ledger.sent.filter(({ callbackData }) => written.includes(callbackData!));
  assert.deepEqual(
    sent.map(({ callbackData }) => callbackData),
    written,
  );
  const { id } = sent[0]!.content as { id: string };
  assert.deepEqual(await fileAtSandbox(program.sandbox.url, accessToken, id), bytes);
  assert.equal(uploads().length, 2);
});
