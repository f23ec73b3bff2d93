import assert from "node:assert/strict";
import type pg from "pg";
import {
  aWamid,
  conversationOf,
  edit,
  hear,
  reaction,
  revoke,
  type Said,
  send,
} from "../../support/messages.ts";
import { claim, record } from "../../support/outbox.ts";
import { aConversation, aPerson, aWorkspace, become } from "../../support/people.ts";
import { rowsRead } from "../../support/plan.ts";
import { stories } from "../../support/story.ts";

const story = stories();

async function aThread(db: pg.PoolClient) {
  const workspace = await aWorkspace(db);
  const thread = await aConversation(db, workspace);
  return {
    workspace,
    thread,
    hear: (...said: Said[]) => hear(db, workspace, thread, ...said),
    list: () => conversationOf(db, thread.conversationId),
  };
}

/** What the message that the provider knows by this id shows. */
async function shown(db: pg.PoolClient, channelId: string, wamid: string) {
  const { rows } = await db.query(
    `select m.id, m.preview, c.*,
       array(select r.author || ' ' || r.emoji from app_public.messages_reactions(m) r) as reactions,
       array(select e.content ->> 'body' from app_public.messages_edits(m) e) as edits
     from app_public.message_by_provider_id($1, $2) m, app_public.messages_current(m) c`,
    [channelId, wamid],
  );
  return rows[0];
}

/** An outbound message that the provider has accepted. Returns its wamid. */
async function aSentMessage(
  db: pg.PoolClient,
  conversationId: string,
): Promise<{ id: string; wamid: string }> {
  const id = await send(db, conversationId);
  const wamid = aWamid();
  await claim(db);
  await record(db, { message_id: id, kind: "sent", provider_message_id: wamid });
  return { id, wamid };
}

const at = (secondsAgo: number) => new Date(Math.floor(Date.now() / 1000 - secondsAgo) * 1000);

story("a customer's reaction shows on the message, and the latest replaces the one before", async (db) => {
  const { workspace, hear } = await aThread(db);
  const wamid = aWamid();
  await hear({ wamid }, reaction(wamid, "👍", { at: at(30) }));
  assert.deepEqual((await shown(db, workspace.channelId, wamid)).reactions, ["contact 👍"]);
  await hear(reaction(wamid, "❤️", { at: at(10) }), reaction(wamid, "😂", { at: at(20) }));
  assert.deepEqual((await shown(db, workspace.channelId, wamid)).reactions, ["contact ❤️"]);
  await hear(reaction(wamid, "", { at: at(5) }));
  assert.deepEqual((await shown(db, workspace.channelId, wamid)).reactions, []);
});

story("an agent reacts by replyToId, and beside the customer", async (db) => {
  const { workspace, thread, hear } = await aThread(db);
  const wamid = aWamid();
  await hear({ wamid }, reaction(wamid, "👍", { at: at(30) }));
  const target = await shown(db, workspace.channelId, wamid);
  const agent = await aPerson(db, workspace.tenantId, "agent");
  await become(db, agent);
  const { rows } = await db.query(
    `select content, user_id from app_public.send_message($1, '{"emoji": "🎉"}', 'reaction', reply_to_id => $2)`,
    [thread.conversationId, target.id],
  );
  assert.deepEqual(rows, [{ content: { emoji: "🎉", message_id: wamid }, user_id: agent.userId }]);
  assert.deepEqual((await shown(db, workspace.channelId, wamid)).reactions, ["contact 👍", "user 🎉"]);
  await db.query(`select from app_public.send_message($1, '{"emoji": ""}', 'reaction', reply_to_id => $2)`, [
    thread.conversationId,
    target.id,
  ]);
  assert.deepEqual((await shown(db, workspace.channelId, wamid)).reactions, ["contact 👍"]);
});

story("a reaction to a message that the provider does not know yet is refused", async (db) => {
  const { thread } = await aThread(db);
  const id = await send(db, thread.conversationId);
  await assert.rejects(
    db.query(`select from app_public.send_message($1, '{"emoji": "🎉"}', 'reaction', reply_to_id => $2)`, [
      thread.conversationId,
      id,
    ]),
    { code: "PYCNT" },
  );
});

story("a reaction that could not be sent does not show", async (db) => {
  const { workspace, thread, hear } = await aThread(db);
  const wamid = aWamid();
  await hear({ wamid });
  const { rows } = await db.query(
    `insert into app_public.messages (conversation_id, type, content) values ($1, 'reaction', $2) returning id`,
    [thread.conversationId, { message_id: wamid, emoji: "🎉" }],
  );
  assert.deepEqual((await shown(db, workspace.channelId, wamid)).reactions, ["system 🎉"]);
  await claim(db);
  await record(db, { message_id: rows[0].id, kind: "failed", error_code: "131009" });
  assert.deepEqual((await shown(db, workspace.channelId, wamid)).reactions, []);
});

story("an edit shows its text on the message and in the list, and keeps what was there", async (db) => {
  const { workspace, hear, list } = await aThread(db);
  const wamid = aWamid();
  await hear({ wamid, content: { body: "At five" }, at: at(60) });
  const before = await list();
  await hear(edit(wamid, "At six", { at: at(40) }));
  await hear(edit(wamid, "At seven", { at: at(20) }));
  const message = await shown(db, workspace.channelId, wamid);
  assert.deepEqual(
    [message.preview, message.current_preview, message.current_content, message.edits, message.edited_at],
    ["At five", "At seven", { body: "At seven" }, ["At seven", "At six"], at(20)],
  );
  const after = await list();
  assert.equal(after.last_message_preview, "At seven");
  for (const kept of ["last_message_id", "last_message_at", "last_activity_at", "unread_count"])
    assert.deepEqual(after[kept], before[kept], kept);
});

story(
  "an older edit that arrives late, and an edit of an older message, change nothing in the list",
  async (db) => {
    const { workspace, hear, list } = await aThread(db);
    const [first, second] = [aWamid(), aWamid()];
    await hear({ wamid: first, at: at(90) }, { wamid: second, content: { body: "last" }, at: at(80) });
    await hear(edit(second, "the last", { at: at(20) }), edit(second, "stale", { at: at(40) }));
    await hear(edit(first, "old", { at: at(10) }));
    assert.equal((await list()).last_message_preview, "the last");
    assert.equal((await shown(db, workspace.channelId, second)).current_preview, "the last");
    assert.equal((await shown(db, workspace.channelId, first)).current_preview, "old");
  },
);

story("an edited caption keeps the media; a group's message keeps its mark", async (db) => {
  const { workspace, hear } = await aThread(db);
  const [image, group] = [aWamid(), aWamid()];
  await hear(
    { wamid: image, type: "image", content: { id: "4711", caption: "cat" } },
    {
      type: "edit",
      content: { original_message_id: image, message: { type: "image", image: { caption: "dog" } } },
    },
    { wamid: group, origin: "group", content: { body: "five" } },
    edit(group, "six", { origin: "group" }),
  );
  const { current_content, current_preview } = await shown(db, workspace.channelId, image);
  assert.deepEqual([current_content, current_preview], [{ id: "4711", caption: "dog" }, "dog"]);
  assert.equal((await shown(db, workspace.channelId, group)).current_preview, "[group] six");
});

story("an edit can remove a caption", async (db) => {
  const { workspace, hear, list } = await aThread(db);
  const image = aWamid();
  await hear(
    { wamid: image, type: "image", content: { id: "4711", caption: "cat" } },
    {
      type: "edit",
      content: { original_message_id: image, message: { type: "image", image: { id: "4711" } } },
    },
  );
  const { current_content, current_preview } = await shown(db, workspace.channelId, image);
  assert.deepEqual([current_content, current_preview], [{ id: "4711" }, "[image]"]);
  assert.equal((await list()).last_message_preview, "[image]");
});

story("a deleted message shows nothing of its content, whatever edits follow", async (db) => {
  const { workspace, hear, list } = await aThread(db);
  const wamid = aWamid();
  await hear({ wamid, content: { body: "a secret" }, at: at(60) }, revoke(wamid, { at: at(50) }));
  await hear(edit(wamid, "another", { at: at(10) }));
  const message = await shown(db, workspace.channelId, wamid);
  assert.deepEqual(
    [message.current_content, message.current_preview, message.revoked_at, message.preview],
    [null, "[deleted]", at(50), "a secret"],
  );
  assert.equal((await list()).last_message_preview, "[deleted]");
});

story("what the phone app edits and deletes is the business's own", async (db) => {
  const { workspace, thread, hear } = await aThread(db);
  const sent = await aSentMessage(db, thread.conversationId);
  const echoed = aWamid();
  await hear(
    { wamid: echoed, origin: "echo" },
    edit(sent.wamid, "Hello!", { origin: "echo" }),
    revoke(echoed, { origin: "echo" }),
    reaction(sent.wamid, "👍", { origin: "echo" }),
  );
  const message = await shown(db, workspace.channelId, sent.wamid);
  assert.deepEqual([message.current_preview, message.reactions], ["Hello!", ["user 👍"]]);
  assert.equal((await shown(db, workspace.channelId, echoed)).current_preview, "[deleted]");
});

story("neither side edits or deletes the other's messages", async (db) => {
  const { workspace, thread, hear } = await aThread(db);
  const sent = await aSentMessage(db, thread.conversationId);
  const heard = aWamid();
  await hear(
    { wamid: heard },
    edit(sent.wamid, "You owe me"),
    revoke(sent.wamid),
    edit(heard, "I owe you", { origin: "echo" }),
    revoke(heard, { origin: "echo" }),
  );
  for (const wamid of [sent.wamid, heard]) {
    const message = await shown(db, workspace.channelId, wamid);
    assert.equal(message.current_preview, "Hello");
    assert.deepEqual([message.edits, message.edited_at, message.revoked_at], [[], null, null]);
  }
});

story("a change of another conversation's or channel's message is without effect", async (db) => {
  const { workspace, ...thread } = await aThread(db);
  const stranger = await aConversation(db, workspace);
  const elsewhere = await aThread(db);
  const wamid = aWamid();
  await thread.hear({ wamid });
  const changes = [reaction(wamid, "👎"), edit(wamid, "stolen"), revoke(wamid)];
  await hear(db, workspace, stranger, ...changes);
  await elsewhere.hear(...changes);
  const message = await shown(db, workspace.channelId, wamid);
  assert.deepEqual([message.current_preview, message.reactions], ["Hello", []]);
});

story("a change that arrives before its message is found when the message is stored", async (db) => {
  const { workspace, hear, list } = await aThread(db);
  const wamid = aWamid();
  await hear(edit(wamid, "six", { at: at(10) }));
  await hear(reaction(wamid, "👍", { at: at(5) }));
  await hear({ wamid, content: { body: "five" }, at: at(20) });
  const message = await shown(db, workspace.channelId, wamid);
  assert.deepEqual([message.current_preview, message.reactions], ["six", ["contact 👍"]]);
  // The reaction was the last message already.
  assert.equal((await list()).last_message_preview, "👍");
});

story("a reaction that arrives before the provider's id is known is found when it is", async (db) => {
  const { workspace, thread, hear } = await aThread(db);
  const id = await send(db, thread.conversationId);
  const wamid = aWamid();
  await claim(db);
  await hear(reaction(wamid, "👍"));
  await record(db, { message_id: id, kind: "sent", provider_message_id: wamid });
  assert.deepEqual((await shown(db, workspace.channelId, wamid)).reactions, ["contact 👍"]);
});

story("a reaction to an echo moves to the sent message that replaces it", async (db) => {
  const { workspace, thread, hear } = await aThread(db);
  const id = await send(db, thread.conversationId);
  const wamid = aWamid();
  await claim(db);
  await hear({ wamid, origin: "echo" }, reaction(wamid, "👍"));
  await record(db, { message_id: id, kind: "sent", provider_message_id: wamid });
  const message = await shown(db, workspace.channelId, wamid);
  assert.deepEqual([message.id, message.reactions], [id, ["contact 👍"]]);
});

story("changes of a placeholder show when its content arrives", async (db) => {
  const { workspace, hear, list } = await aThread(db);
  const wamid = aWamid();
  await hear({ wamid, type: "unsupported" }, edit(wamid, "six"), { wamid, content: { body: "five" } });
  assert.equal((await shown(db, workspace.channelId, wamid)).current_preview, "six");
  assert.equal((await list()).last_message_preview, "six");
});

story("a reaction is the last message until it is taken back", async (db) => {
  const { hear, list } = await aThread(db);
  const wamid = aWamid();
  await hear({ wamid, content: { body: "five" }, at: at(60) });
  await hear(reaction(wamid, "👍", { at: at(30) }));
  assert.equal((await list()).last_message_preview, "👍");
  await hear(reaction(wamid, "", { at: at(20) }));
  assert.equal((await list()).last_message_preview, "five");
  await hear(reaction(wamid, "😂", { at: at(25) }));
  assert.equal((await list()).last_message_preview, "five");
});

story("merged contacts bring the changes of each other's messages with them", async (db) => {
  const { workspace, thread, list } = await aThread(db);
  const other = await aConversation(db, workspace);
  const wamid = aWamid();
  await hear(db, workspace, thread, { wamid, at: at(60) });
  await hear(db, workspace, other, edit(wamid, "edited", { at: at(30) }));
  await db.query("select from app_private.merge_contacts($1, $2)", [thread.contactId, other.contactId]);
  assert.equal((await shown(db, workspace.channelId, wamid)).current_preview, "edited");
  assert.equal((await list()).last_message_preview, "edited");
});

story("a change that makes no sense is a message without effect", async (db) => {
  const { workspace, hear } = await aThread(db);
  const [wamid, itself] = [aWamid(), aWamid()];
  await hear(
    { wamid },
    edit(itself, "of itself", { wamid: itself }),
    revoke(itself),
    { type: "edit", content: {} },
    { type: "edit", content: { original_message_id: wamid } },
    { type: "edit", content: { original_message_id: wamid, message: { type: "text", text: "six" } } },
    { type: "edit", content: { original_message_id: wamid, message: { type: "image", image: { id: "1" } } } },
    { type: "edit", content: { original_message_id: wamid, message: { type: 7, 7: {} } } },
    { type: "revoke", content: { original_message_id: { $ne: null } } },
    { type: "reaction", content: { emoji: "👍" } },
    reaction(wamid, "👍".repeat(250_000)),
    { type: "reaction", content: { message_id: wamid, emoji: { length: 1 } } },
  );
  for (const each of [wamid, itself]) {
    const { reactions, edits, edited_at, revoked_at } = await shown(db, workspace.channelId, each);
    assert.deepEqual(
      { reactions, edits, edited_at, revoked_at },
      {
        reactions: [],
        edits: [],
        edited_at: null,
        revoked_at: null,
      },
    );
  }
});

story(
  "a thousand reactions and ten thousand edits of a message cost one look, and the answer is bounded",
  async (db) => {
    const { workspace, hear, list } = await aThread(db);
    const wamid = aWamid();
    await hear({ wamid, at: at(20_000) });
    const many = (count: number, said: (n: number) => Said) =>
      Array.from({ length: count }, (_, n) => said(n));
    for (let part = 0; part < 10; part++)
      await hear(...many(1000, (n) => edit(wamid, `${part}${n}`, { at: at(15_000 - part * 1000 - n) })));
    await hear(...many(1000, (n) => reaction(wamid, n % 2 ? "👍" : "", { at: at(2000 - n) })));
    const message = await shown(db, workspace.channelId, wamid);
    assert.equal(message.edits.length, 20);
    assert.deepEqual([message.current_preview, message.reactions], ["9999", ["contact 👍"]]);
    assert.equal((await list()).last_message_preview, "👍");
    await become(db, await aPerson(db, workspace.tenantId, "viewer"));
    for (const [name, most] of Object.entries({
      messages_reactions: 2,
      messages_edits: 20,
      messages_current: 2,
    })) {
      const query = `select f.* from app_public.messages m, app_public.${name}(m) f where m.id = $1`;
      const read = await rowsRead(db, "message_changes", query, [message.id]);
      assert.ok(read <= most, `${name}: ${read}`);
    }
  },
);

story("changes are deleted with their messages", async (db) => {
  const { thread, hear } = await aThread(db);
  const wamid = aWamid();
  await hear({ wamid }, reaction(wamid, "👍"), edit(wamid, "six"), revoke(wamid));
  const count = async () =>
    (await db.query("select count(*)::int as n from app_public.message_changes")).rows[0].n;
  assert.equal(await count(), 3);
  await db.query("delete from app_public.contacts where id = $1", [thread.contactId]);
  assert.equal(await count(), 0);
});
