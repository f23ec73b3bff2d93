import assert from "node:assert/strict";
import type pg from "pg";
import { aWamid, send } from "../../support/messages.ts";
import {
  applyStatuses,
  claim,
  outboxOf,
  type ReportedStatus,
  record,
  statusFor,
  statusOf,
} from "../../support/outbox.ts";
import { aConversation, aWorkspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

const story = stories();

type Word = ReportedStatus["status"];
const WORDS: Word[] = ["sent", "delivered", "read", "failed", "played"];
const at = (word: Word) => new Date(Date.UTC(2026, 0, 1, 0, 0, WORDS.indexOf(word))).toISOString();

/** A message that the provider has, and what it may say of it. */
async function aSentMessage(db: pg.PoolClient) {
  const workspace = await aWorkspace(db);
  const { conversationId } = await aConversation(db, workspace);
  const message_id = await send(db, conversationId);
  const wamid = aWamid();
  await claim(db);
  await record(db, { message_id, kind: "sent", provider_message_id: wamid });
  const say = (word: Word, rest: Partial<ReportedStatus> = { message_id }) =>
    statusFor(workspace, word, {
      occurred_at: at(word),
      ...(word === "failed" && { error: { code: "131026" } }),
      ...rest,
    });
  return { workspace, conversationId, message_id, wamid, say };
}

function permutations<T>(of: readonly T[]): T[][] {
  if (of.length <= 1) return [[...of]];
  return of.flatMap((one, at) => permutations(of.toSpliced(at, 1)).map((rest) => [one, ...rest]));
}

function subsets<T>(of: readonly T[]): T[][] {
  return Array.from({ length: 2 ** of.length }, (_, bits) => of.filter((_one, at) => bits & (1 << at)));
}

/** What the end has to be, whatever the order: the furthest; a failure loses to what the customer has received. */
function end(words: Word[]): Word {
  for (const word of ["played", "read", "delivered", "failed"] as const)
    if (words.includes(word)) return word;
  return "sent";
}

async function endOf(db: pg.PoolClient, message_id: string) {
  const row = await statusOf(db, message_id);
  return [row.status, row.delivered_at, row.read_at, row.failed_at, row.played_at, row.error_code];
}

story(
  "every order of sent, delivered, read, failed and played comes to the same end, one at a time",
  async (db) => {
    const { message_id, say } = await aSentMessage(db);
    let first: unknown;
    for (const order of permutations(WORDS)) {
      await db.query("savepoint order_");
      for (const word of order) {
        await applyStatuses(db, say(word));
        // A redelivery, right away.
        if (word === order[1]) await applyStatuses(db, say(word));
      }
      const reached = await endOf(db, message_id);
      first ??= reached;
      assert.deepEqual(reached, first, order.join());
      await db.query("rollback to savepoint order_");
    }
  },
);

story("so does every choice of them, in one batch with duplicates, in two orders", async (db) => {
  const { message_id, say } = await aSentMessage(db);
  for (const words of subsets(WORDS).filter(({ length }) => length > 0)) {
    const ends: unknown[] = [];
    for (const order of [words, words.toReversed()]) {
      await db.query("savepoint order_");
      await applyStatuses(db, ...order.map((word) => say(word)), ...words.map((word) => say(word)));
      ends.push(await endOf(db, message_id));
      await db.query("rollback to savepoint order_");
    }
    assert.deepEqual(ends[0], ends[1]);
    assert.equal((ends[0] as unknown[])[0], end(words), words.join());
  }
});

story("times are the provider's, and the first one counts", async (db) => {
  const { message_id, say } = await aSentMessage(db);
  await applyStatuses(db, say("delivered", { message_id, occurred_at: "2026-01-01T00:00:09Z" }));
  await applyStatuses(db, say("delivered"));
  const row = await statusOf(db, message_id);
  assert.equal(row.delivered_at.toISOString(), at("delivered"));
  assert.equal(row.read_at, null);
});

story("by the provider's id or by ours, the same row", async (db) => {
  const { message_id, wamid, say } = await aSentMessage(db);
  await applyStatuses(
    db,
    say("delivered", { provider_message_id: wamid, occurred_at: new Date().toISOString() }),
  );
  assert.equal((await statusOf(db, message_id)).status, "delivered");
  await applyStatuses(db, say("read", { message_id, provider_message_id: wamid }));
  assert.equal((await statusOf(db, message_id)).status, "read");
});

story("a status from another tenant, with either id, does not change a message", async (db) => {
  const { message_id, wamid } = await aSentMessage(db);
  const other = await aWorkspace(db);
  const now = new Date().toISOString();
  await applyStatuses(db, statusFor(other, "failed", { message_id, occurred_at: now, error: { code: "1" } }));
  await applyStatuses(db, statusFor(other, "read", { provider_message_id: wamid, occurred_at: now }));
  assert.equal((await statusOf(db, message_id)).status, "sent");
});

story("a failure keeps its error; a failure without one is still a failure with a reason", async (db) => {
  const { message_id, say } = await aSentMessage(db);
  const error = { code: "131047", title: "Re-engagement message" };
  await applyStatuses(db, say("failed", { message_id, error }));
  assert.deepEqual((await statusOf(db, message_id)).error, error);
  const other = await aSentMessage(db);
  await applyStatuses(db, other.say("failed", { message_id: other.message_id, error: undefined }));
  assert.equal((await statusOf(db, other.message_id)).error_code, "unknown");
});

story("pricing is kept as it came, whichever status brought it", async (db) => {
  const { message_id, say } = await aSentMessage(db);
  const pricing = { category: "service", pricing_model: "PMP" };
  await applyStatuses(db, say("sent", { message_id, pricing }), say("read"));
  assert.deepEqual((await statusOf(db, message_id)).pricing, pricing);
});

story("a second provider's id for one message is on record: it went out twice", async (db) => {
  const { message_id, wamid, say } = await aSentMessage(db);
  await applyStatuses(db, say("sent", { message_id, provider_message_id: wamid }));
  assert.equal((await statusOf(db, message_id)).duplicate_provider_message_ids, null);
  const second = aWamid();
  for (let time = 0; time < 2; time++)
    await applyStatuses(db, say("sent", { message_id, provider_message_id: second }));
  const row = await statusOf(db, message_id);
  assert.equal(row.provider_message_id, wamid);
  assert.deepEqual(row.duplicate_provider_message_ids, [second]);
});

story(
  "a status that arrives before the response to the POST decides the outcome, and the next message can be sent",
  async (db) => {
    const workspace = await aWorkspace(db);
    const { conversationId } = await aConversation(db, workspace);
    const message_id = await send(db, conversationId);
    const next = await send(db, conversationId);
    await claim(db);
    const wamid = aWamid();
    await applyStatuses(db, statusFor(workspace, "delivered", { message_id, provider_message_id: wamid }));
    assert.equal((await statusOf(db, message_id)).status, "delivered");
    assert.equal(await outboxOf(db, message_id), undefined);
    assert.deepEqual(await claim(db), [next]);
    await record(db, { message_id, kind: "sent", provider_message_id: wamid });
    const row = await statusOf(db, message_id);
    assert.equal(row.status, "delivered");
    assert.equal(row.duplicate_provider_message_ids, null);
  },
);

for (const sender of ["failed", "uncertain", "retry"] as const)
  story(`what a status has shown is not taken back by a sender that says ${sender}`, async (db) => {
    const workspace = await aWorkspace(db);
    const { conversationId } = await aConversation(db, workspace);
    const message_id = await send(db, conversationId);
    await claim(db);
    await applyStatuses(db, statusFor(workspace, "delivered", { message_id }));
    await record(db, { message_id, kind: sender, error_code: "1" });
    assert.equal((await statusOf(db, message_id)).status, "delivered");
    assert.equal(await outboxOf(db, message_id), undefined);
    assert.deepEqual(await claim(db), []);
  });

const storyOf = (row: Record<string, unknown>) => [
  row.status,
  row.failed_at !== null,
  row.error_code,
  row.error,
];

story("a message that arrived is not failed and has no error, in either order", async (db) => {
  for (const words of [
    ["delivered", "failed"],
    ["failed", "delivered"],
    ["sent", "failed", "read"],
    ["read", "failed", "delivered"],
  ] as Word[][]) {
    const { message_id, say } = await aSentMessage(db);
    for (const word of words) await applyStatuses(db, say(word));
    const row = await statusOf(db, message_id);
    assert.deepEqual(storyOf(row), [row.status, false, null, null], words.join());
    const together = await aSentMessage(db);
    await applyStatuses(db, ...words.map((word) => together.say(word)));
    assert.deepEqual(
      storyOf(await statusOf(db, together.message_id)).slice(1),
      [false, null, null],
      words.join(),
    );
  }
});

story("of several failures the first one is kept, in any order; the provider's replaces ours", async (db) => {
  const early = { occurred_at: "2026-01-01T00:00:01Z", error: { code: "131026" } };
  const late = { occurred_at: "2026-01-01T00:00:02Z", error: { code: "131000" } };
  for (const order of [
    [early, late],
    [late, early],
  ]) {
    const { message_id, say } = await aSentMessage(db);
    for (const one of order) await applyStatuses(db, say("failed", { message_id, ...one }));
    assert.equal((await statusOf(db, message_id)).error_code, "131026");
  }
  const workspace = await aWorkspace(db);
  const { conversationId } = await aConversation(db, workspace);
  const message_id = await send(db, conversationId);
  await claim(db);
  await record(db, { message_id, kind: "failed", error_code: "PYUNC" });
  await applyStatuses(
    db,
    statusFor(workspace, "failed", {
      message_id,
      occurred_at: new Date(Date.now() + 1000).toISOString(),
      error: { code: "131026" },
    }),
  );
  assert.equal((await statusOf(db, message_id)).error_code, "131026");
});

story("the error of a try that was too fast is gone once the provider has the message", async (db) => {
  for (const settle of ["record", "status"] as const) {
    const workspace = await aWorkspace(db);
    const { conversationId } = await aConversation(db, workspace);
    const message_id = await send(db, conversationId);
    await claim(db);
    await record(db, { message_id, kind: "retry", error_code: "130429" });
    assert.equal((await statusOf(db, message_id)).error_code, "130429");
    await claim(db);
    if (settle === "record") await record(db, { message_id, kind: "sent", provider_message_id: aWamid() });
    else await applyStatuses(db, statusFor(workspace, "sent", { message_id }));
    assert.deepEqual(storyOf(await statusOf(db, message_id)), ["sent", false, null, null]);
  }
});

story("a sender that gives up on what has arrived leaves no error beside it", async (db) => {
  const workspace = await aWorkspace(db);
  const { conversationId } = await aConversation(db, workspace);
  const message_id = await send(db, conversationId);
  await claim(db);
  await applyStatuses(db, statusFor(workspace, "read", { message_id }));
  await record(db, { message_id, kind: "failed", error_code: "131000" });
  assert.deepEqual(storyOf(await statusOf(db, message_id)), ["read", false, null, null]);
});

story("a late status does not replace the price that a further one brought", async (db) => {
  const { message_id, say } = await aSentMessage(db);
  const price = (type: string) => ({ message_id, pricing: { type } });
  await applyStatuses(db, say("delivered", price("regular")), say("read"));
  await applyStatuses(db, say("sent", price("free_customer_service")));
  assert.deepEqual((await statusOf(db, message_id)).pricing, { type: "regular" });
  const other = await aSentMessage(db);
  await applyStatuses(db, other.say("sent", { message_id: other.message_id, pricing: { type: "regular" } }));
  assert.deepEqual((await statusOf(db, other.message_id)).pricing, { type: "regular" });
});

for (const days of [1, 33, 400])
  story(`a status ${days} days ahead of our clock is applied at once, at our time`, async (db) => {
    const { message_id, wamid, workspace } = await aSentMessage(db);
    await applyStatuses(
      db,
      statusFor(workspace, "delivered", {
        provider_message_id: wamid,
        occurred_at: new Date(Date.now() + days * 86_400_000).toISOString(),
      }),
    );
    const row = await statusOf(db, message_id);
    assert.equal(row.status, "delivered");
    assert.ok(row.delivered_at <= new Date(), row.delivered_at);
  });

story("a status without a time is of now", async (db) => {
  const { message_id, wamid, workspace } = await aSentMessage(db);
  const status = { ...statusFor(workspace, "read", { provider_message_id: wamid }), occurred_at: null };
  await db.query("select app_private.apply_statuses($1)", [JSON.stringify([status])]);
  assert.ok((await statusOf(db, message_id)).read_at instanceof Date);
});

story("statuses of no message that is known are counted out", async (db) => {
  const { message_id, workspace, say } = await aSentMessage(db);
  const { rows } = await db.query("select * from app_private.apply_statuses($1)", [
    JSON.stringify([
      say("delivered"),
      statusFor(workspace, "read", { provider_message_id: aWamid() }),
      say("read", { message_id }),
      statusFor(workspace, "sent", { provider_message_id: aWamid() }),
    ]),
  ]);
  assert.deepEqual(rows, [{ applied: 1, unknown: [2, 4] }]);
});
