import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { conversations, isThere, messageState, say, untilMessageState } from "../../support/outbound.ts";
import { aConversation } from "../../support/people.ts";
import { type ConnectedWorkspace, startProgram, type TestProgram } from "../../support/program.ts";
import { until } from "../../support/until.ts";

/** What goes out, in which order, and what each answer of the provider leads to. */

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

/** What the provider accepted for one of our messages, by the id that we gave it. */
const accepted = (messageId: string) =>
  program.sandbox.ledger.sent.filter(({ callbackData }) => callbackData === messageId);

const KINDS: { type: string; content: object }[] = [
  { type: "text", content: { body: "Hello", preview_url: true } },
  { type: "image", content: { link: "https://example.com/a.jpg", caption: "A picture" } },
  { type: "video", content: { link: "https://example.com/a.mp4" } },
  { type: "audio", content: { link: "https://example.com/a.mp3" } },
  { type: "document", content: { link: "https://example.com/a.pdf", filename: "a.pdf" } },
  { type: "sticker", content: { link: "https://example.com/a.webp" } },
  { type: "location", content: { latitude: 52.5, longitude: 13.4, name: "Here" } },
  {
    type: "contacts",
    content: {
      contacts: [{ name: { formatted_name: "Ann B", first_name: "Ann" }, phones: [{ phone: "+15550001" }] }],
    },
  },
  {
    type: "interactive",
    content: {
      type: "button",
      body: { text: "Which?" },
      action: { buttons: [{ type: "reply", reply: { id: "a", title: "A" } }] },
    },
  },
  {
    type: "interactive",
    content: {
      type: "list",
      body: { text: "Which?" },
      action: { button: "Open", sections: [{ rows: [{ id: "a", title: "A" }] }] },
    },
  },
  {
    type: "interactive",
    content: {
      type: "cta_url",
      body: { text: "Look" },
      action: { name: "cta_url", parameters: { display_text: "Open", url: "https://example.com" } },
    },
  },
  {
    type: "interactive",
    content: {
      type: "location_request_message",
      body: { text: "Where?" },
      action: { name: "send_location" },
    },
  },
];

test("every kind of message is sent as the provider's own object, in order", async () => {
  const workspace = await program.connectedWorkspace();
  const thread = await aConversation(database.pool, workspace);
  const ids = await say(database.pool, thread, ...KINDS);
  for (const [at, id] of ids.entries()) {
    await untilMessageState(database.pool, id, isThere);
    const { type, content } = KINDS[at]!;
    const [message] = accepted(id);
    assert.equal(message?.type, type);
    assert.deepEqual(
      message?.content,
      type === "contacts" ? (content as { contacts: unknown }).contacts : content,
    );
  }
  const order = program.sandbox.ledger.sent
    .map(({ callbackData }) => callbackData)
    .filter((id) => ids.includes(id!));
  assert.deepEqual(order, ids);
});

test("a template, a reaction and a reply", async () => {
  const workspace = await program.connectedWorkspace();
  program.sandbox.addTemplate(workspace.businessAccountId, {
    name: "order_ready",
    components: [{ type: "BODY", text: "Your order is ready." }],
  });
  const phone = program.sandbox.customer({ phone: "15556660001", name: "Ann" }, workspace.phoneNumberId);
  const said = phone.say("Is it ready?");
  const message = await until("the message to be stored", async () => {
    const { rows } = await database.pool.query(
      "select id, conversation_id from app_public.messages where provider_message_id = $1",
      [said.wamid],
    );
    return rows[0];
  });
  const thread = { conversationId: message.conversation_id };
  const ids = await say(
    database.pool,
    thread,
    { type: "text", content: { body: "Yes" }, replyToId: message.id },
    { type: "reaction", content: { message_id: said.wamid, emoji: "👍" } },
    { type: "template", content: { name: "order_ready", language: { code: "en_US" } } },
  );
  for (const id of ids)
    await untilMessageState(database.pool, id, ({ state, status }) => state === null && status !== "failed");
  assert.deepEqual(
    ids.map((id) => accepted(id).length),
    [1, 1, 1],
  );
  const [request] = program.sandbox.ledger.requests.filter(
    ({ body }) => (body as { biz_opaque_callback_data?: string } | null)?.biz_opaque_callback_data === ids[0],
  );
  assert.deepEqual((request!.body as { context: unknown }).context, { message_id: said.wamid });
});

test("order is kept within a conversation, whatever the answers are; others do not wait", async () => {
  const workspace = await program.connectedWorkspace();
  const threads = await conversations(database.pool, workspace, 8);
  const recipients = threads.map(({ phone }) => phone.slice(1));
  const undo = [
    program.sandbox.faults.add({ kind: "delay", milliseconds: 40 }, { recipient: recipients[0]!, rate: 0.5 }),
    program.sandbox.faults.add({ kind: "error", code: 131000 }, { recipient: recipients[1]!, times: 2 }),
    program.sandbox.faults.add({ kind: "cut", accepts: true }, { recipient: recipients[2]!, times: 3 }),
    program.sandbox.faults.add({ kind: "error", code: 131026 }, { recipient: recipients[3]!, rate: 0.3 }),
    program.sandbox.faults.add({ kind: "error", code: 131056 }, { recipient: recipients[4]!, times: 1 }),
  ];
  const ids: string[][] = threads.map(() => []);
  for (let round = 0; round < 5; round += 1)
    for (const [at, thread] of threads.entries())
      ids[at]!.push(...(await say(database.pool, thread, `${round}a`, `${round}b`)));
  // 131000 was not accepted, and nobody says so: the conversation waits for the minute's policy. The others do not.
  for (const at of [0, 2, 3, 5, 6, 7])
    for (const id of ids[at]!)
      await untilMessageState(
        database.pool,
        id,
        ({ state, status }) => state === null && status !== "sending",
      );
  for (const fault of undo) fault();
  for (const [at, expected] of ids.entries()) {
    const order = program.sandbox.ledger.sent
      .map(({ callbackData }) => callbackData)
      .filter((id) => expected.includes(id!));
    assert.deepEqual(
      order,
      expected.filter((id) => order.includes(id)),
      `conversation ${at}`,
    );
    assert.equal(new Set(order).size, order.length, "nothing goes out twice");
  }
  assert.equal((await messageState(database.pool, ids[1]![0]!)).state, "uncertain");
});

test("a channel whose provider hangs does not delay another", async () => {
  const [hanging, healthy] = [await program.connectedWorkspace(), await program.connectedWorkspace()];
  const undo = program.sandbox.faults.add({ kind: "blackHole" }, { phoneNumberId: hanging.phoneNumberId });
  const stuck = await conversations(database.pool, hanging, 100);
  for (const thread of stuck) await say(database.pool, thread, "into the void");
  await until(
    "the void to be full",
    () =>
      program.sandbox.ledger.requests.filter(
        ({ path, answer }) => path.includes(hanging.phoneNumberId) && answer === "silence",
      ).length >= 32,
  );
  const began = performance.now();
  for (const thread of await conversations(database.pool, healthy, 10)) {
    const [id] = await say(database.pool, thread, "hello");
    await untilMessageState(database.pool, id!, isThere, 3000);
  }
  assert.ok(performance.now() - began < 5000, `took ${performance.now() - began} ms`);
  undo();
});

const ENDINGS: [code: number, expected: { status: string; error_code: string | null }][] = [
  [131026, { status: "failed", error_code: "131026" }],
  [131047, { status: "failed", error_code: "131047" }],
  [131049, { status: "failed", error_code: "131049" }],
  [132001, { status: "failed", error_code: "132001" }],
  [100, { status: "failed", error_code: "100" }],
];

for (const [code, expected] of ENDINGS)
  test(`error ${code} ends a message, and the next one goes on`, async () => {
    const workspace = await program.connectedWorkspace();
    const thread = await aConversation(database.pool, workspace);
    program.sandbox.faults.add({ kind: "error", code }, { phoneNumberId: workspace.phoneNumberId, times: 1 });
    const [first, second] = await say(database.pool, thread, "one", "two");
    await untilMessageState(database.pool, second!, isThere);
    const { status, error_code, state } = await messageState(database.pool, first!);
    assert.deepEqual({ status, error_code, state }, { ...expected, state: null });
  });

async function channelOf({ channelId }: ConnectedWorkspace) {
  const { rows } = await database.pool.query(
    `select c.status, c.status_reason, s.paused_until, s.learned_messages_per_second as learned
     from app_public.channels c join app_private.channel_states s on s.channel_id = c.id where c.id = $1`,
    [channelId],
  );
  return rows[0];
}

test("a refused token stops the channel and keeps its messages; they go when it is set going again", async () => {
  const workspace = await program.connectedWorkspace();
  const threads = await conversations(database.pool, workspace, 5);
  const undo = program.sandbox.faults.add(
    { kind: "error", code: 190 },
    { phoneNumberId: workspace.phoneNumberId },
  );
  const ids: string[] = [];
  for (const thread of threads) ids.push(...(await say(database.pool, thread, "one", "two")));
  const stopped = await until("the channel to stop", async () => {
    const channel = await channelOf(workspace);
    return channel.status === "stopped" && channel;
  });
  assert.match(stopped.status_reason, /^190/);
  for (const id of ids)
    await untilMessageState(
      database.pool,
      id,
      ({ status, state }) => status === "queued" && state === "queued",
    );
  undo();
  // An answer that was under way may stop it once more. What is said next finds the sender awake; else a task does.
  await until("all to arrive", async () => {
    const { rowCount } = await database.pool.query(
      "update app_public.channels set status = 'active' where id = $1 and status = 'stopped'",
      [workspace.channelId],
    );
    if (rowCount !== 0) await say(database.pool, threads[0]!, "more");
    const fates = await Promise.all(ids.map((id) => messageState(database.pool, id)));
    return fates.every(isThere);
  });
  assert.equal((await channelOf(workspace)).status, "active");
});

test("130429 pauses the channel and lowers its pace; every message arrives", async () => {
  const workspace = await program.connectedWorkspace();
  const threads = await conversations(database.pool, workspace, 20);
  program.sandbox.faults.add(
    { kind: "error", code: 130429 },
    { phoneNumberId: workspace.phoneNumberId, times: 3 },
  );
  const ids: string[] = [];
  for (const thread of threads) ids.push(...(await say(database.pool, thread, "one")));
  for (const id of ids) await untilMessageState(database.pool, id, isThere);
  const { learned, status } = await channelOf(workspace);
  assert.equal(status, "active");
  // Less when the third refusal came after the first pause.
  assert.ok(learned > 100 && learned <= 1000, `learned ${learned}`);
});

test("131056 makes only that customer wait, and paces what follows", async () => {
  const workspace = await program.connectedWorkspace();
  const [slow, other] = await conversations(database.pool, workspace, 2);
  program.sandbox.faults.add({ kind: "error", code: 131056 }, { recipient: slow!.phone.slice(1), times: 1 });
  const [first, second] = await say(database.pool, slow!, "one", "two");
  const throttled = await untilMessageState(
    database.pool,
    first!,
    ({ error_code }) => error_code === "131056",
  );
  assert.equal(throttled.status, "queued");
  const [meanwhile] = await say(database.pool, other!, "hello");
  await untilMessageState(database.pool, meanwhile!, isThere);
  assert.equal((await messageState(database.pool, first!)).status, "queued");
  await untilMessageState(database.pool, first!, isThere);
  const { rows } = await database.pool.query(
    "select extract(epoch from due_at - now()) as wait from app_private.outbox_lanes where conversation_id = $1",
    [slow!.conversationId],
  );
  assert.ok(rows[0].wait > 3 && rows[0].wait <= 6, `the next one waits ${rows[0].wait} s`);
  assert.equal((await messageState(database.pool, second!)).status, "queued");
});
