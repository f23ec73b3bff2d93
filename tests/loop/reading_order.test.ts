import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Api, startApi } from "../api/support/api.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aPerson, type Person } from "../support/people.ts";
import { type ConnectedWorkspace, startProgram, type TestProgram } from "../support/program.ts";
import { anActiveChatbot } from "../support/support_bot.ts";
import { until } from "../support/until.ts";

let database: TestDatabase;
let program: TestProgram;
let api: Api;
let workspace: ConnectedWorkspace;
let agent: Person;
before(async () => {
  database = await createTestDatabase();
  program = await startProgram(database);
  api = await startApi(database);
  workspace = await program.connectedWorkspace();
  agent = await aPerson(database.pool, workspace.tenantId, "agent");
});
after(async () => {
  await api.close();
  await program.stop();
  await database.drop();
});

type Shown = { previews: string[]; unread: number; isPaused: boolean };

/** The conversation as an agent sees it, newest first, page by page; the last message is the first of the list. */
async function shown(phone: string): Promise<Shown | null> {
  const { data } = await api.ask(
    agent,
    `query { conversations(first: 10) { nodes { id unreadCount chatbotPausedUntil lastMessagePreview lastMessage { id }
         contact { phone } messages(first: 20, orderBy: ID_DESC) { nodes { id preview } } } } }`,
  );
  const found = data.conversations.nodes.find(
    (node: { contact: { phone: string } }) => node.contact.phone === `+${phone}`,
  );
  if (!found) return null;
  const { nodes } = found.messages;
  assert.equal(found.lastMessage?.id, nodes[0]?.id);
  assert.equal(found.lastMessagePreview, nodes[0]?.preview);
  return {
    previews: nodes.map(({ preview }: { preview: string }) => preview),
    unread: found.unreadCount,
    isPaused: found.chatbotPausedUntil !== null,
  };
}

const untilShown = (phone: string, count: number) =>
  until(`${count} messages`, async () => {
    const now = await shown(phone);
    return now?.previews.length === count && now;
  });

const delivered = () => until("all webhooks", () => program.sandbox.webhooks.pending === 0);

for (const inOnePost of [true, false]) {
  test(`a burst within one second, ${inOnePost ? "in one POST" : "in several"}, reads as it was typed`, async () => {
    const number = inOnePost ? "15550001001" : "15550001002";
    const phone = program.sandbox.customer({ phone: number }, workspace.phoneNumberId);
    const bodies = Array.from({ length: 10 }, (_, at) => String(at + 1));
    phone.burst(bodies, { inOnePost });
    const { previews } = await untilShown(number, 10);
    assert.deepEqual(previews, bodies.toReversed());
  });
}

test("one wamid is one message, whatever time it comes with", async () => {
  const phone = program.sandbox.customer({ phone: "15550001003" }, workspace.phoneNumberId);
  const { wamid } = phone.say("once");
  await untilShown("15550001003", 1);
  for (const seconds of [0, 1, 3600, -86_400 * 40]) phone.repeat(wamid, seconds);
  await delivered();
  assert.deepEqual(await shown("15550001003"), { previews: ["once"], unread: 1, isPaused: false });
});

test("an imported picture replaces its placeholder, and not the other way round", async () => {
  const number = "15550001004";
  const phone = program.sandbox.customer({ phone: number }, workspace.phoneNumberId);
  for (const from of ["customer", "business"] as const) {
    const wamid = phone.importMessage({ from, what: "placeholder", secondsAgo: 864_000 });
    await delivered();
    phone.importMessage({ from, what: "media", wamid, secondsAgo: 863_000, caption: `of the ${from}` });
    await delivered();
    phone.importMessage({ from, what: "placeholder", wamid, secondsAgo: 864_000 });
    await delivered();
  }
  const { previews, unread } = await untilShown(number, 2);
  assert.deepEqual(previews, ["of the business", "of the customer"]);
  assert.equal(unread, 0);
});

test("a tap follows its question; an echo of what the chatbot sent adds nothing and pauses nothing", async () => {
  await anActiveChatbot(database.pool, workspace.tenantId);
  const number = "15550001005";
  const phone = program.sandbox.customer({ phone: number }, workspace.phoneNumberId);
  phone.say("Hi");
  await until("the menu", () => phone.received.length === 2);
  for (const { wamid } of phone.received) phone.echo(wamid);
  phone.tap("Technical help");
  await until("the goodbye", () => phone.received.length === 4);
  for (const { wamid } of phone.received) phone.echo(wamid);
  await delivered();
  const { previews, isPaused } = await untilShown(number, 6);
  assert.deepEqual(previews, [
    "Thank you, and goodbye.",
    "Our technicians write back within an hour.",
    "Technical help",
    "What can we do for you?",
    "Welcome to the support line.",
    "Hi",
  ]);
  assert.equal(isPaused, false);
});
