import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { fileAtSandbox, sendMedia, storedFile, storedMedia, uploadsOf } from "../support/media.ts";
import { isThere, say, untilMessageState } from "../support/outbound.ts";
import { aConversation } from "../support/people.ts";
import { type ConnectedWorkspace, startProgram, type TestProgram } from "../support/program.ts";
import { until } from "../support/until.ts";

/** Files on their way to the provider, with everything that may happen to them. */

let database: TestDatabase;
let program: TestProgram;
before(async () => {
  database = await createTestDatabase();
  program = await startProgram(database, { sandbox: { enforcesWindow: false } });
});
after(async () => {
  await program.stop();
  await database.drop();
});

const query = async (sql: string, ...values: unknown[]) => (await database.pool.query(sql, values)).rows;

const hasFailed = ({ status }: { status: string }) => status === "failed";

const uploads = ({ phoneNumberId }: ConnectedWorkspace) =>
  program.sandbox.ledger.requests.filter(({ path }) => path.endsWith(`/${phoneNumberId}/media`));

/** What the provider accepted for one of our messages. */
const accepted = (messageId: string) =>
  program.sandbox.ledger.sent.find(({ callbackData }) => callbackData === messageId);

const contentOf = (messageId: string) => accepted(messageId)?.content as Record<string, unknown> | undefined;

async function aFile(workspace: ConnectedWorkspace, given: Parameters<typeof storedMedia>[2] = {}) {
  const bytes = randomBytes(100_000);
  const mediaId = await storedFile(
    database.pool,
    program.config.MEDIA_STORAGE!,
    workspace.tenantId,
    bytes,
    given,
  );
  return { bytes, mediaId };
}

async function aThread(workspace: ConnectedWorkspace): Promise<string> {
  return (await aConversation(database.pool, workspace)).conversationId;
}

test("messages with a file are sent in order with the others, and the file is uploaded once", async () => {
  const workspace = await program.connectedWorkspace();
  const conversationId = await aThread(workspace);
  const { bytes, mediaId } = await aFile(workspace);
  const ids = [
    await sendMedia(database.pool, conversationId, mediaId, { content: { caption: "Look" } }),
    ...(await say(database.pool, { conversationId }, "at this")),
    await sendMedia(database.pool, conversationId, mediaId),
    await sendMedia(database.pool, await aThread(workspace), mediaId),
  ];
  for (const id of ids) await untilMessageState(database.pool, id, isThere);
  const order = program.sandbox.ledger.sent
    .map(({ callbackData }) => callbackData)
    .filter((id) => ids.slice(0, 3).includes(id!));
  assert.deepEqual(order, ids.slice(0, 3));
  assert.equal(uploads(workspace).length, 1);
  const { id, caption } = contentOf(ids[0]!)!;
  assert.equal(caption, "Look");
  assert.deepEqual(await fileAtSandbox(program.sandbox.url, workspace.accessToken, id as string), bytes);
});

test("a voice note is sent as one, and a document with its name", async () => {
  const workspace = await program.connectedWorkspace();
  const conversationId = await aThread(workspace);
  const voice = await aFile(workspace, { type: "audio", mimeType: "audio/ogg; codecs=opus", isVoice: true });
  const paper = await aFile(workspace, {
    type: "document",
    mimeType: "application/pdf",
    filename: "á 1.pdf",
  });
  const ids = [
    await sendMedia(database.pool, conversationId, voice.mediaId, { type: "audio" }),
    await sendMedia(database.pool, conversationId, paper.mediaId, { type: "document" }),
  ];
  for (const id of ids) await untilMessageState(database.pool, id, isThere);
  assert.equal(contentOf(ids[0]!)?.voice, true);
  assert.equal(contentOf(ids[1]!)?.filename, "á 1.pdf");
});

test("a file that the provider refuses fails its messages with the provider's error, and no others", async () => {
  const workspace = await program.connectedWorkspace();
  const conversationId = await aThread(workspace);
  const { mediaId } = await aFile(workspace);
  const { phoneNumberId } = workspace;
  program.sandbox.faults.add(
    { kind: "error", code: 131053, details: "Unsupported" },
    { operation: "uploadMedia", phoneNumberId, times: 1 },
  );
  const picture = await sendMedia(database.pool, conversationId, mediaId);
  const [text] = await say(database.pool, { conversationId }, "hello");
  const { error_code } = await untilMessageState(database.pool, picture, hasFailed);
  assert.equal(error_code, "131053");
  await untilMessageState(database.pool, text!, isThere);
});

test("an upload whose response is lost is repeated; the message is sent once", async () => {
  const workspace = await program.connectedWorkspace();
  const { phoneNumberId } = workspace;
  const { mediaId } = await aFile(workspace);
  program.sandbox.faults.add(
    { kind: "cut", accepts: true },
    { operation: "uploadMedia", phoneNumberId, times: 1 },
  );
  const picture = await sendMedia(database.pool, await aThread(workspace), mediaId);
  await untilMessageState(database.pool, picture, isThere);
  assert.equal(uploads(workspace).length, 2);
  assert.equal(program.sandbox.ledger.sent.filter(({ callbackData }) => callbackData === picture).length, 1);
});

test("messages that have waited an hour for a provider that does not answer fail: PYUNR", async () => {
  const workspace = await program.connectedWorkspace();
  const { phoneNumberId } = workspace;
  const { mediaId } = await aFile(workspace);
  const mend = program.sandbox.faults.add(
    { kind: "serverError" },
    { operation: "uploadMedia", phoneNumberId },
  );
  const picture = await sendMedia(database.pool, await aThread(workspace), mediaId);
  await until(
    "a failed attempt",
    async () => (await uploadsOf(database.pool, workspace.tenantId))[0]?.attempts,
  );
  await query("update app_private.media_uploads set attempts = 19 where tenant_id = $1", workspace.tenantId);
  const { error_code } = await untilMessageState(database.pool, picture, hasFailed);
  assert.equal(error_code, "PYUNR");
  mend();
});

test("a file that was removed while messages waited fails them: PYGON", async () => {
  const workspace = await program.connectedWorkspace();
  const { mediaId } = await aFile(workspace);
  await query("update app_public.channels set status = 'paused' where id = $1", workspace.channelId);
  const picture = await sendMedia(database.pool, await aThread(workspace), mediaId);
  await query(
    "update app_public.media set state = 'gone', sha256 = null, stored_at = null, error_code = 'PYGON' where id = $1",
    mediaId,
  );
  await query("update app_public.channels set status = 'active' where id = $1", workspace.channelId);
  const { error_code } = await untilMessageState(database.pool, picture, hasFailed);
  assert.equal(error_code, "PYGON");
  assert.equal(uploads(workspace).length, 0);
});

test("a file that the storage does not have is looked for again: a folder may not be mounted", async () => {
  const workspace = await program.connectedWorkspace();
  const folder = join(program.config.MEDIA_STORAGE!, workspace.tenantId);
  const { mediaId } = await aFile(workspace);
  await rename(folder, `${folder}.away`);
  const picture = await sendMedia(database.pool, await aThread(workspace), mediaId);
  await until(
    "a failed attempt",
    async () => (await uploadsOf(database.pool, workspace.tenantId))[0]?.attempts,
  );
  await rename(`${folder}.away`, folder);
  await untilMessageState(database.pool, picture, isThere);
});

test("messages whose file the storage does not have for minutes fail: PYGON", async () => {
  const workspace = await program.connectedWorkspace();
  const lost = await storedMedia(database.pool, workspace.tenantId);
  const picture = await sendMedia(database.pool, await aThread(workspace), lost);
  await until(
    "a failed attempt",
    async () => (await uploadsOf(database.pool, workspace.tenantId))[0]?.attempts,
  );
  await query("update app_private.media_uploads set attempts = 8 where tenant_id = $1", workspace.tenantId);
  const { error_code } = await untilMessageState(database.pool, picture, hasFailed);
  assert.equal(error_code, "PYGON");
  assert.equal(uploads(workspace).length, 0);
});

test("a channel whose token is refused stops; its message is sent when it has been repaired", async () => {
  const workspace = await program.connectedWorkspace();
  const { phoneNumberId, channelId } = workspace;
  const { mediaId } = await aFile(workspace);
  program.sandbox.faults.add(
    { kind: "error", code: 190 },
    { operation: "uploadMedia", phoneNumberId, times: 1 },
  );
  const picture = await sendMedia(database.pool, await aThread(workspace), mediaId);
  const [channel] = await until("the channel to stop", async () => {
    const rows = await query(
      "select status_reason from app_public.channels where id = $1 and status = 'stopped'",
      channelId,
    );
    return rows.length > 0 && rows;
  });
  assert.match(channel.status_reason, /^190/);
  await query("update app_public.channels set status = 'active' where id = $1", channelId);
  await untilMessageState(database.pool, picture, isThere);
});

test("while a channel is paused nothing is uploaded; afterwards the message is sent", async () => {
  const workspace = await program.connectedWorkspace();
  const { phoneNumberId, channelId } = workspace;
  const { mediaId } = await aFile(workspace);
  program.sandbox.faults.add(
    { kind: "error", code: 130429, retryAfter: 1 },
    { operation: "uploadMedia", phoneNumberId, times: 1 },
  );
  const picture = await sendMedia(database.pool, await aThread(workspace), mediaId);
  await until("the upload to be postponed", async () => {
    const [upload] = await uploadsOf(database.pool, workspace.tenantId);
    return upload?.attempts === 1;
  });
  await query("update app_public.channels set status = 'paused' where id = $1", channelId);
  await until("the next attempt to do nothing", async () => {
    const jobs = await query("select from graphile_worker.jobs where task_identifier = 'upload_media'");
    return jobs.length === 0;
  });
  assert.equal(uploads(workspace).length, 1);
  await query("update app_public.channels set status = 'active' where id = $1", channelId);
  await untilMessageState(database.pool, picture, isThere);
});

test("a file that the provider has deleted early is uploaded again, and the message arrives", async () => {
  const workspace = await program.connectedWorkspace();
  const { accessToken, tenantId } = workspace;
  const { mediaId } = await aFile(workspace);
  const first = await sendMedia(database.pool, await aThread(workspace), mediaId);
  await untilMessageState(database.pool, first, isThere);
  const { id } = contentOf(first)!;
  await fetch(`${program.sandbox.url}/v25.0/${id}`, {
    method: "DELETE",
    headers: { authorization: `Bearer ${accessToken}` },
  });
  const second = await sendMedia(database.pool, await aThread(workspace), mediaId);
  await untilMessageState(database.pool, second, isThere);
  assert.notEqual(contentOf(second)?.id, id);
  assert.equal(uploads(workspace).length, 2);
  const [{ errors }] = await query(
    "select count(error_code)::int as errors from app_public.message_statuses where tenant_id = $1",
    tenantId,
  );
  assert.equal(errors, 0);
});
