import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { CustomerPhone } from "../../sandbox/customer_phone.ts";
import type { InboxApp } from "../support/inbox/inbox_app.ts";
import { type Office, startOffice } from "../support/inbox/office.ts";
import { until } from "../support/until.ts";

let office: Office;
let ann: InboxApp;
let ben: InboxApp;
let alex: CustomerPhone;

before(async () => {
  office = await startOffice();
  ann = await office.agent("Ann");
  ben = await office.agent("Ben");
  alex = office.customer("Alex");
});
after(() => office.stop());

/** Waits until this is on the screen. */
async function sees(app: InboxApp, ...lines: string[]) {
  await until("the screen", () => app.screen.join("\n") === lines.join("\n"), 5_000).catch(() => undefined);
  assert.deepEqual(app.screen, lines);
}

/** Waits until both agents, who look at the same, see this. */
async function bothSee(...lines: string[]) {
  await sees(ann, ...lines);
  await sees(ben, ...lines);
}

test("a customer writes three times within a second: in order, and unread until an agent looks", async () => {
  alex.burst(["One", "Two", "Three"]);
  await bothSee("Alex (3): Three [open]", "---");
  await ann.open("Alex");
  await sees(ann, "Alex: Three [open]", "---", "Alex: One", "Alex: Two", "Alex: Three");
  await sees(ben, "Alex: Three [open]", "---");
});

test("an agent takes the conversation and answers: the bubble is there at once, for the other one when it is stored", async () => {
  await ben.open("Alex");
  await ann.assign(ann.session.userId);
  const sent = ann.send("Good morning, Alex");
  assert.equal(ann.screen.at(-1), "Ann: Good morning, Alex …");
  await sent;
  await bothSee(
    "Alex: Good morning, Alex [open, Ann]",
    "---",
    "Alex: One",
    "Alex: Two",
    "Alex: Three",
    "Ann: Good morning, Alex ✓✓",
  );
  alex.read();
  await bothSee(
    "Alex: Good morning, Alex [open, Ann]",
    "---",
    "Alex: One",
    "Alex: Two",
    "Alex: Three",
    "Ann: Good morning, Alex ✓✓ read",
  );
});

test("the customer quotes, reacts, edits and deletes: it shows on the messages", async () => {
  const greeting = alex.received[0]!;
  alex.react(greeting.wamid, "❤️");
  const typo = alex.say("I have a qestion", { replyTo: greeting.wamid });
  const mistake = alex.say("Wrong chat");
  await bothSee(
    "Alex: Wrong chat [open, Ann]",
    "---",
    "Alex: One",
    "Alex: Two",
    "Alex: Three",
    "Ann: Good morning, Alex ✓✓ read [❤️ Alex]",
    "Alex: “Good morning, Alex” — I have a qestion",
    "Alex: Wrong chat",
  );
  alex.edit(typo.wamid, "I have a question");
  alex.revoke(mistake.wamid);
  alex.react(greeting.wamid, "");
  await bothSee(
    "Alex: [deleted] [open, Ann]",
    "---",
    "Alex: One",
    "Alex: Two",
    "Alex: Three",
    "Ann: Good morning, Alex ✓✓ read",
    "Alex: “Good morning, Alex” — I have a question (edited)",
    "Alex: [deleted]",
  );
});

test("agents quote and react, and the customer sees it", async () => {
  const question = alex.messages.find(({ isEdited }) => isEdited)!;
  await ann.send("Ask away", { quote: "I have a question" });
  await ben.react("I have a question", "👍");
  await bothSee(
    "Alex: 👍 [open, Ann]",
    "---",
    "Alex: One",
    "Alex: Two",
    "Alex: Three",
    "Ann: Good morning, Alex ✓✓ read",
    "Alex: “Good morning, Alex” — I have a question (edited) [👍 Ben]",
    "Alex: [deleted]",
    "Ann: “I have a question” — Ask away ✓✓",
  );
  assert.equal(alex.received.at(-1)?.replyTo, question.wamid);
  assert.equal(question.reactions.business, "👍");
});

test("the network of one agent is cut for a minute; back again, the screen is that of the other", async () => {
  ben.network.cut();
  alex.burst(["Four", "Five"]);
  const row = "Alex: Five [open, Ann]";
  const before = ann.screen.slice(2);
  await sees(ann, row, "---", ...before, "Alex: Four", "Alex: Five");
  alex.react(alex.received.at(-1)!.wamid, "🙏");
  alex.read();
  office.customer("Cleo").say("Hello");
  await until("Cleo on the screen", () => ann.screen.includes("Cleo (1): Hello [open]"));
  await ann.send("Six");
  await ann.tag("vip");
  await ann.close();
  await sees(
    ann,
    "Alex: Six [closed, Ann] #vip",
    "Cleo (1): Hello [open]",
    "---",
    ...before.slice(0, -1),
    "Ann: “I have a question” — Ask away ✓✓ read [🙏 Alex]",
    "Alex: Four",
    "Alex: Five",
    "Ann: Six ✓✓",
  );
  assert.notDeepEqual(ben.screen, ann.screen);
  ben.network.restore();
  await sees(ben, ...ann.screen);
});
