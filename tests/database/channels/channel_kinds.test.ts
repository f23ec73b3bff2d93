import assert from "node:assert/strict";
import type pg from "pg";
import { conversationOf, hear, send } from "../../support/messages.ts";
import { aConversation, aPerson, aWorkspace, become, becomeOwner } from "../../support/people.ts";
import { aPicture } from "../../support/received_media.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

/** The rules of sending follow the row of the channel's kind, here of one that exists in the test's transaction only. */

const story = stories();

/** A closed conversation on a channel of a kind that can do as little as a kind can, except as given. */
async function aThreadOfKind(db: pg.PoolClient, given: Record<string, unknown> = {}) {
  const workspace = await aWorkspace(db);
  const thread = await aConversation(db, workspace, { isWindowOpen: false });
  const kind = {
    kind: "webchat",
    reply_window: null,
    message_types: ["text"],
    text_limit: 2_000,
    address_kinds: ["phone"],
    has_read_receipts: false,
    has_typing_indicator: false,
    received_media_lifetime: "7 days",
    ...given,
  };
  await db.query(
    "insert into app_public.channel_kinds select * from jsonb_populate_record(null::app_public.channel_kinds, $1)",
    [kind],
  );
  const { rows } = await db.query(
    "insert into app_public.channels (tenant_id, kind, name) values ($1, 'webchat', 'A chat') returning id",
    [workspace.tenantId],
  );
  await db.query("update app_public.conversations set channel_id = $2 where id = $1", [
    thread.conversationId,
    rows[0].id,
  ]);
  return { workspace: { ...workspace, channelId: rows[0].id as string }, thread };
}

/** What GraphQL shows of a conversation: [isWindowOpen, canSendSessionMessage]. */
async function shown(db: pg.PoolClient, conversationId: string): Promise<boolean[]> {
  const { rows } = await db.query(
    `select array[
       app_public.conversations_is_window_open(c), app_public.conversations_can_send_session_message(c)
     ] as shown from app_public.conversations c where c.id = $1`,
    [conversationId],
  );
  return rows[0].shown;
}

story("a kind without a row has no channels", async (db) => {
  const { tenantId } = await aWorkspace(db);
  const add = () =>
    db.query("insert into app_public.channels (tenant_id, kind, name) values ($1, 'webchat', 'A chat')", [
      tenantId,
    ]);
  assert.equal(await refusal(db, add), "23503");
});

story("without a reply window, anything may be sent at any time", async (db) => {
  const { workspace, thread } = await aThreadOfKind(db);
  await send(db, thread.conversationId);
  assert.deepEqual(await shown(db, thread.conversationId), [true, true]);
  await hear(db, workspace, thread, {});
  assert.equal((await conversationOf(db, thread.conversationId)).window_expires_at, null);
  await send(db, thread.conversationId);
});

story("a message and a call open the window for as long as the kind says", async (db) => {
  for (const way of ["message", "call"]) {
    const { workspace, thread } = await aThreadOfKind(db, { reply_window: "2 hours" });
    assert.deepEqual(await shown(db, thread.conversationId), [false, false]);
    assert.equal(await refusal(db, () => send(db, thread.conversationId)), "PYWIN");
    const at = new Date(Date.now() - 60_000);
    if (way === "message") await hear(db, workspace, thread, { at });
    else {
      const { tenantId: tenant_id, channelId: channel_id } = workspace;
      const customer = { tenant_id, channel_id, phone: thread.phone };
      await db.query("select app_private.apply_call($1)", [{ customer, occurred_at: at }]);
    }
    const { window_expires_at } = await conversationOf(db, thread.conversationId);
    assert.equal(window_expires_at.getTime() - at.getTime(), 2 * 3_600_000, way);
    assert.deepEqual(await shown(db, thread.conversationId), [true, true]);
    await send(db, thread.conversationId);
    await db.query("delete from app_public.channels where kind = 'webchat'");
    await db.query("delete from app_public.channel_kinds where kind = 'webchat'");
  }
});

story("only types of message that the kind can send: PYCHN", async (db) => {
  const { thread } = await aThreadOfKind(db, { message_types: ["text", "image"] });
  const post = (type: string, content: object) => () =>
    db.query("insert into app_public.messages (conversation_id, type, content) values ($1, $2, $3)", [
      thread.conversationId,
      type,
      content,
    ]);
  await post("image", { link: "https://example.com/a.png" })();
  for (const [type, content] of [
    ["template", { name: "hello", language: { code: "en_US" } }],
    ["reaction", { message_id: "1", emoji: "👍" }],
    ["video", { link: "https://example.com/a.mp4" }],
  ] as const)
    assert.equal(await refusal(db, post(type, content)), "PYCHN", type);
});

story("a text is as long as the kind allows, in characters: PYCNT", async (db) => {
  const { thread } = await aThreadOfKind(db);
  await send(db, thread.conversationId, "é".repeat(2_000));
  await assert.rejects(send(db, thread.conversationId, "é".repeat(2_001)), {
    code: "PYCNT",
    message: /at most 2000 characters/,
  });
});

story("messages go to the kinds of addresses that it has, the preferred first; else PYADR", async (db) => {
  const { workspace, thread } = await aThreadOfKind(db, { address_kinds: ["external", "bsuid"] });
  assert.equal(await refusal(db, () => send(db, thread.conversationId)), "PYADR");
  for (const kind of ["bsuid", "external"]) {
    await db.query(
      "insert into app_public.contact_identities (tenant_id, kind, value, contact_id) values ($1, $2, $3, $4)",
      [workspace.tenantId, kind, `by ${kind}`, thread.contactId],
    );
    await send(db, thread.conversationId);
  }
  const { rows } = await db.query("select phone, bsuid from app_private.claim_outbox(10, '1 minute')");
  assert.deepEqual(rows, [{ phone: null, bsuid: "by external" }]);
});

for (const [column, call] of [
  ["has_read_receipts", "mark_conversation_read"],
  ["has_typing_indicator", "show_typing"],
] as const)
  story(`${call} reports to the customer where the kind ${column.replaceAll("_", " ")}`, async (db) => {
    for (const has of [false, true]) {
      const { workspace, thread } = await aThreadOfKind(db, { [column]: has });
      await hear(db, workspace, thread, {});
      await become(db, await aPerson(db, workspace.tenantId, "agent"));
      await db.query(`select app_public.${call}($1)`, [thread.conversationId]);
      await becomeOwner(db);
      const { rows } = await db.query(
        "select from graphile_worker.jobs where task_identifier = 'mark_read' and key like '%' || $1",
        [thread.conversationId],
      );
      assert.equal(rows.length, has ? 1 : 0, String(has));
      await db.query("delete from app_public.channels where kind = 'webchat'");
      await db.query("delete from app_public.channel_kinds where kind = 'webchat'");
    }
  });

story("a customer's file can be fetched for as long as the provider keeps it", async (db) => {
  const { workspace, thread } = await aThreadOfKind(db, { received_media_lifetime: "3 days" });
  const id = await aPicture(db, workspace, thread);
  const { rows } = await db.query(
    "select expires_at = now() + interval '3 days' as is_right from app_private.provider_media where media_id = $1",
    [id],
  );
  assert.deepEqual(rows, [{ is_right: true }]);
});
