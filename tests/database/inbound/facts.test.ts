import assert from "node:assert/strict";
import type pg from "pg";
import { Line, second } from "../../support/identities.ts";
import { aWorkspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

/** An older word about a contact changes nothing, redelivered, replayed or late. */

const story = stories();

const NUMBER = "16505550011";
const aLine = async (db: pg.PoolClient) => new Line(db, await aWorkspace(db));

async function contactOf(db: pg.PoolClient, line: Line) {
  const { rows } = await db.query(
    `select name, profile_name, username, marketing_opted_out_at is not null as is_opted_out
     from app_public.contacts where tenant_id = $1`,
    [line.workspace.tenantId],
  );
  assert.equal(rows.length, 1);
  return rows[0];
}

const prefer = (line: Line, at: string | number | undefined, value: string) =>
  line.tell(
    {
      contacts: [{ profile: { name: "Ann", username: "ann.user" }, wa_id: NUMBER, user_id: "US.11" }],
      user_preferences: [
        {
          ...{ wa_id: NUMBER, user_id: "US.11", detail: "User requested it" },
          ...{ category: "marketing_messages", value, timestamp: at },
        },
      ],
    },
    "user_preferences",
  );

const milliseconds = (at: number) => Number(second(at)) * 1000;

for (const [says, newer, older] of [
  ["as strings", second(7000), second(0)],
  ["as numbers", Number(second(7000)), Number(second(0))],
  ["in milliseconds", milliseconds(7000), milliseconds(0)],
] as const)
  story(`a newer stop beats an older resume that comes later (timestamps ${says})`, async (db) => {
    const line = await aLine(db);
    await prefer(line, newer, "stop");
    const resume = await prefer(line, older, "resume");
    const expected = { name: null, profile_name: "Ann", username: "ann.user", is_opted_out: true };
    assert.deepEqual(await contactOf(db, line), expected);
    await line.again(resume, "redelivered");
    await line.again(resume, "replayed");
    assert.deepEqual(await contactOf(db, line), expected);
  });

story("a stop, a resume, and the stop again", async (db) => {
  const line = await aLine(db);
  const stop = await prefer(line, second(1), "stop");
  await prefer(line, second(2), "resume");
  await line.again(stop, "redelivered");
  await line.again(stop, "replayed");
  assert.equal((await contactOf(db, line)).is_opted_out, false);
  const { rows } = await db.query(
    "select method, evidence, is_opt_in from app_public.consents where category = 'marketing' order by given_at",
  );
  const reported = { method: "preference", evidence: "User requested it" };
  assert.deepEqual(rows, [
    { ...reported, is_opt_in: false },
    { ...reported, is_opt_in: true },
  ]);
});

story("without timestamps the last report counts, and a replay of the first changes nothing", async (db) => {
  const line = await aLine(db);
  const stop = await prefer(line, undefined, "stop");
  await new Promise((resolve) => setTimeout(resolve, 2));
  await prefer(line, undefined, "resume");
  await line.again(stop, "replayed");
  assert.equal((await contactOf(db, line)).is_opted_out, false);
});

story("a stop that staff undid is not done again by the same webhook", async (db) => {
  const line = await aLine(db);
  const stop = await prefer(line, second(1), "stop");
  await db.query("update app_public.contacts set marketing_opted_out_at = null");
  await line.again(stop, "redelivered");
  await line.again(stop, "replayed");
  assert.equal((await contactOf(db, line)).is_opted_out, false);
  await prefer(line, second(5), "stop");
  assert.equal((await contactOf(db, line)).is_opted_out, false, "said before staff undid it");
  await prefer(line, String(Math.floor(Date.now() / 1000) + 1), "stop");
  assert.equal((await contactOf(db, line)).is_opted_out, true);
});

story("a stop that staff noted is not undone by an older resume", async (db) => {
  const line = await aLine(db);
  await line.say(0, { from: NUMBER }, "hi");
  await db.query("update app_public.contacts set marketing_opted_out_at = now()");
  await prefer(line, second(5), "resume");
  assert.equal((await contactOf(db, line)).is_opted_out, true);
});

story("a preference of another category is left alone", async (db) => {
  const line = await aLine(db);
  await line.say(0, { from: NUMBER }, "hi");
  const { skipped } = await line.tell(
    { user_preferences: [{ wa_id: NUMBER, category: "reminders", value: "stop", timestamp: second(1) }] },
    "user_preferences",
  );
  assert.equal(skipped.length, 1);
  assert.equal((await contactOf(db, line)).is_opted_out, false);
});

const entry = (at: number, full_name: string, more: object = {}) => ({
  state_sync: [
    {
      type: "contact",
      action: "add",
      contact: { full_name, first_name: "Ann", phone_number: NUMBER, ...more },
      metadata: { timestamp: second(at) },
    },
  ],
});

const book = (line: Line, ...args: Parameters<typeof entry>) =>
  line.tell(entry(...args), "smb_app_state_sync");

story("the address book's user name is kept, and its name follows it, also within one second", async (db) => {
  const line = await aLine(db);
  const first = await book(line, 1, "\u202eAnn\n", { user_id: "US.11", username: "ann.user" });
  assert.deepEqual(
    [(await contactOf(db, line)).name, (await contactOf(db, line)).username],
    ["Ann", "ann.user"],
  );
  await new Promise((resolve) => setTimeout(resolve, 2));
  await book(line, 1, "Ann Smith Ltd");
  await line.again(first, "replayed");
  assert.deepEqual(
    [(await contactOf(db, line)).name, (await contactOf(db, line)).username],
    ["Ann Smith Ltd", "ann.user"],
  );
});

story("an older entry of the address book changes nothing", async (db) => {
  const line = await aLine(db);
  await book(line, 5, "Ann Smith Ltd");
  await book(line, 1, "Ann");
  assert.equal((await contactOf(db, line)).name, "Ann Smith Ltd");
});

story("the name that staff gave is theirs", async (db) => {
  const line = await aLine(db);
  await book(line, 1, "Ann");
  await db.query("update app_public.contacts set name = 'Mrs Smith'");
  await book(line, 5, "Ann Smith Ltd");
  assert.equal((await contactOf(db, line)).name, "Mrs Smith");
});

story("a profile name of a message that is late is not learned", async (db) => {
  const line = await aLine(db);
  await line.say(1, { from: NUMBER, name: "A" }, "one");
  await line.say(9, { from: NUMBER, name: "C" }, "three");
  await line.say(5, { from: NUMBER, name: "B" }, "two, late");
  assert.equal((await contactOf(db, line)).profile_name, "C");
});
