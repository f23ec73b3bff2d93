import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { CustomerPhone } from "../../sandbox/customer_phone.ts";
import type { InboxApp } from "../support/inbox/inbox_app.ts";
import { type Office, startOffice } from "../support/inbox/office.ts";
import { until } from "../support/until.ts";

/** One pixel, white. */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII=",
  "base64",
);
const VOICE = Buffer.from("OggS, and then what somebody says");

let office: Office;
let ann: InboxApp;
let ben: InboxApp;
let alex: CustomerPhone;
let cleo: CustomerPhone;

before(async () => {
  office = await startOffice();
  ann = await office.agent("Ann");
  ben = await office.agent("Ben");
  alex = office.customer("Alex");
  cleo = office.customer("Cleo");
});
after(() => office.stop());

/** Waits until this is on the screen. */
async function sees(app: InboxApp, ...lines: string[]) {
  await until("the screen", () => app.screen.join("\n") === lines.join("\n")).catch(() => undefined);
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
  await until("Ann to see Ben", () => String(ann.colleagues) === "Ben is viewing");
  await ann.type();
  await until("Ben to see Ann", () => String(ben.colleagues) === "Ann is typing");
  await ann.take();
  const sent = ann.send("Good morning, Alex");
  assert.equal(ann.screen.at(-1), "Ann: Good morning, Alex …");
  await sent;
  await bothSee(
    "Alex: Good morning, Alex [open, Ann]",
    "---",
    "Alex: One",
    "Alex: Two",
    "Alex: Three",
    "· Taken by Ann",
    "Ann: Good morning, Alex ✓✓",
  );
  alex.read();
  await bothSee(
    "Alex: Good morning, Alex [open, Ann]",
    "---",
    "Alex: One",
    "Alex: Two",
    "Alex: Three",
    "· Taken by Ann",
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
    "· Taken by Ann",
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
    "· Taken by Ann",
    "Ann: Good morning, Alex ✓✓ read",
    "Alex: “Good morning, Alex” — I have a question (edited)",
    "Alex: [deleted]",
  );
});

test("agents quote, react and tag, and the customer and each other see it", async () => {
  const question = alex.messages.find(({ isEdited }) => isEdited)!;
  await ann.send("Ask away", { quote: "I have a question" });
  await ben.react("I have a question", "👍");
  await ann.tag("vip");
  await bothSee(
    "Alex: 👍 [open, Ann] #vip",
    "---",
    "Alex: One",
    "Alex: Two",
    "Alex: Three",
    "· Taken by Ann",
    "Ann: Good morning, Alex ✓✓ read",
    "Alex: “Good morning, Alex” — I have a question (edited) [👍 Ben]",
    "Alex: [deleted]",
    "Ann: “I have a question” — Ask away ✓✓",
  );
  assert.equal(alex.received.at(-1)?.replyTo, question.wamid);
  await until("Ben's thumb on the phone", () => question.reactions.business === "👍");
});

test("the customer sends a picture and a voice note, which arrive with both agents", async () => {
  const before = ann.screen.slice(1);
  alex.sendMedia({ kind: "image", bytes: PIXEL, mimeType: "image/png", caption: "My shoes" });
  await bothSee("Alex: My shoes [open, Ann] #vip", ...before, "Alex: <image image/png stored> My shoes");
  alex.sendMedia({ kind: "audio", bytes: VOICE, mimeType: "audio/ogg; codecs=opus", isVoice: true });
  await bothSee(
    "Alex: [voice] [open, Ann] #vip",
    ...before,
    "Alex: <image image/png stored> My shoes",
    "Alex: <voice audio/ogg; codecs=opus stored> [voice]",
  );
});

test("an agent sees what the customer sent, and sends a picture: there at once, then uploaded, then delivered", async () => {
  assert.deepEqual(await ben.readFile("My shoes"), PIXEL);
  const before = ann.screen.slice(1);
  const sent = ann.sendPicture(PIXEL, "image/png", "Like these?");
  assert.equal(ann.screen.at(-1), "Ann: <image image/png uploading> Like these? …");
  await sent;
  await bothSee(
    "Alex: Like these? [open, Ann] #vip",
    ...before,
    "Ann: <image image/png stored> Like these? ✓✓",
  );
  assert.deepEqual(await ben.readFile("Like these?"), PIXEL);
  const { id } = alex.received.at(-1)!.content as { id: string };
  assert.deepEqual(await office.fileOnPhone(id), PIXEL);
});

test("the network of an agent is cut for a minute, with an answer under way: it arrives once, and nothing is missed", async () => {
  const before = ann.screen.slice(2);
  ben.network.cutWithNextRequest();
  await ben.send("A moment, please");
  assert.equal(ben.screen.at(-1), "Ben: A moment, please …");
  const answered = [...before, "Ben: A moment, please ✓✓"];
  await sees(ann, "Alex: A moment, please [open, Ann] #vip", "---", ...answered);

  const four = alex.burst(["Four", "Five"]);
  await sees(ann, "Alex: Five [open, Ann] #vip", "---", ...answered, "Alex: Four", "Alex: Five");
  alex.react(alex.received.at(-1)!.wamid, "🙏");
  alex.edit(four.wamid, "Four pairs");
  alex.read();
  cleo.say("Hello");
  await until("Cleo on the screen", () => ann.screen.includes("Cleo (1): Hello [open]"));
  await ann.send("Six");
  await ann.tag("shoes");
  await ann.close();
  const read = answered.map((line) => (line.endsWith("✓✓") ? `${line} read` : line));
  const screen = [
    "Alex: Six [closed, Ann] #vip #shoes",
    "Cleo (1): Hello [open]",
    "---",
    ...read.with(-1, "Ben: A moment, please ✓✓ read [🙏 Alex]"),
    "Alex: Four pairs (edited)",
    "Alex: Five",
    "Ann: Six ✓✓",
    "· Closed by Ann",
  ];
  await sees(ann, ...screen);
  assert.equal(ben.screen.at(-1), "Ben: A moment, please …");
  ben.network.restore();
  await bothSee(...screen);
  const answers = alex.received.filter(({ content }) => JSON.stringify(content).includes("A moment"));
  assert.equal(answers.length, 1);
});

test("the access token of an agent ends in mid-work: the open socket gets the next one, and nothing stops", async () => {
  const dee = await office.agent("Dee", { tokenSeconds: 5 });
  const { expiresAt } = dee.session;
  await dee.open("Cleo");
  await until("the next token", () => dee.session.expiresAt > expiresAt);
  await until("the end of the first token", () => Date.now() > expiresAt + 200);
  cleo.say("Is anybody there?");
  await until("the question", () => dee.screen.at(-1) === "Cleo: Is anybody there?");
  await dee.send("Always");
  await sees(
    dee,
    "Cleo: Always [open]",
    "Alex: Six [closed, Ann] #vip #shoes",
    "---",
    "Cleo: Hello",
    "Cleo: Is anybody there?",
    "Dee: Always ✓✓",
  );
  assert.equal(dee.network.opened, 1);
});
