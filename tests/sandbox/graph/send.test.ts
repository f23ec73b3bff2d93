import assert from "node:assert/strict";
import { test } from "node:test";
import { ACCOUNT, ALEX, firstNumber, hello, NUMBER, setStage } from "../stage.ts";

const HOUR_MS = 60 * 60 * 1000;

test("a send is answered with the contact and a wamid, and reaches the customer", async (t) => {
  const { sandbox, send } = await setStage(t);
  const alex = sandbox.customer({ phone: "+1 202 555 0110", userId: "US.1349120865530274" });
  alex.say("Hi");
  const { status, body } = await send({ ...hello, to: `+${ALEX}` });
  assert.equal(status, 200);
  assert.deepEqual(body.contacts, [{ input: `+${ALEX}`, wa_id: ALEX, user_id: "US.1349120865530274" }]);
  const message = await alex.nextMessage();
  assert.equal(message.wamid, body.messages?.[0]?.id);
  assert.match(message.wamid, /^wamid\.[A-Za-z0-9+/]+=*$/);
  assert.deepEqual(message.content, { body: "Hello" });
});

test("the statuses carry biz_opaque_callback_data and the recipient", async (t) => {
  const { sandbox, receiver, clock, send } = await setStage(t);
  sandbox.customer({ phone: ALEX, name: "Alex" }).say("Hi");
  const { body } = await send({ ...hello, biz_opaque_callback_data: "our-id" });
  clock.advance(100);
  await sandbox.waitFor(() => receiver.statuses().length === 2);
  for (const status of receiver.statuses()) {
    assert.equal(status.id, body.messages?.[0]?.id);
    assert.equal(status.biz_opaque_callback_data, "our-id");
    assert.equal(status.recipient_id, ALEX);
  }
  assert.deepEqual(new Set(receiver.statuses().map(({ status }) => status)), new Set(["sent", "delivered"]));
});

test("24 hours after the customer's last message only templates are accepted", async (t) => {
  const { sandbox, clock, send } = await setStage(t);
  assert.equal((await send(hello)).body.error?.code, 131047, "the customer never wrote");
  sandbox.customer({ phone: ALEX }).say("Hi");
  clock.advance(24 * HOUR_MS - 1);
  assert.equal((await send(hello)).status, 200);
  clock.advance(1);
  assert.equal((await send(hello)).body.error?.code, 131047);
  sandbox.addTemplate(ACCOUNT, { name: "reminder", components: [{ type: "BODY", text: "Still there?" }] });
  const template = { name: "reminder", language: { code: "en_US" } };
  assert.equal((await send({ type: "template", template })).status, 200);
});

test("a tapped ad opens the window for 24 hours, as any message does", async (t) => {
  const { sandbox, clock, send } = await setStage(t);
  sandbox.customer({ phone: ALEX }).say("Hi", { referral: { source_type: "ad", source_id: "1" } });
  clock.advance(24 * HOUR_MS - 1);
  assert.equal((await send(hello)).status, 200);
  clock.advance(1);
  assert.equal((await send(hello)).body.error?.code, 131047);
});

test("the 81st message of a second is 130429; a second later there is room again", async (t) => {
  const { clock, send } = await setStage(t, { enforcesWindow: false });
  const codes = [];
  for (let index = 0; index < 81; index++) {
    codes.push((await send({ ...hello, to: String(12025550100 + index) })).body.error?.code);
  }
  assert.deepEqual(codes.slice(0, 80).filter(Boolean), []);
  assert.equal(codes[80], 130429);
  clock.advance(1000);
  assert.equal((await send(hello)).status, 200);
});

test("what customers say counts towards the throughput too", async (t) => {
  const { sandbox, send } = await setStage(t);
  const alex = sandbox.customer({ phone: ALEX });
  for (let index = 0; index < 80; index++) alex.say("Hi");
  assert.equal((await send(hello)).body.error?.code, 130429);
});

test("the 46th message in a row to one customer is 131056, for that customer only, for 6 seconds", async (t) => {
  const { clock, send } = await setStage(t, { enforcesWindow: false });
  for (let index = 0; index < 45; index++) assert.equal((await send(hello)).status, 200);
  assert.equal((await send(hello)).body.error?.code, 131056);
  assert.equal((await send({ ...hello, to: "12025550111" })).status, 200);
  clock.advance(6000);
  assert.equal((await send(hello)).status, 200);
  assert.equal((await send(hello)).body.error?.code, 131056);
});

test("a known user id is an address, too", async (t) => {
  const { sandbox, send } = await setStage(t);
  const bo = sandbox.customer({ userId: "US.777", name: "Bo" });
  bo.say("Hi");
  const { body } = await send({ ...hello, to: undefined, recipient: "US.777" });
  assert.deepEqual(body.contacts, [{ input: "US.777", user_id: "US.777" }]);
  assert.equal(bo.received.length, 1);
  const unknown = await send({ ...hello, to: undefined, recipient: "US.778" });
  assert.equal(unknown.body.error?.code, 131026);
});

test("a missing recipient, a wrong address and the own number are refused", async (t) => {
  const { send } = await setStage(t);
  assert.equal((await send({ ...hello, to: undefined })).body.error?.code, 131008);
  assert.equal((await send({ ...hello, to: "my friend" })).body.error?.code, 131009);
  assert.equal((await send({ ...hello, to: "15550783881" })).body.error?.code, 131021);
});

test("templates: missing, paused, disabled, of another shape", async (t) => {
  const { sandbox, send } = await setStage(t);
  const body = { type: "BODY", text: "Dear {{1}}, your table for {{2}} is ready" } as const;
  sandbox.addTemplate(ACCOUNT, { name: "ready", components: [body] });
  sandbox.addTemplate(ACCOUNT, { name: "paused", status: "PAUSED", components: [body] });
  sandbox.addTemplate(ACCOUNT, { name: "disabled", status: "DISABLED", components: [body] });
  const sendTemplate = async (name: string, parameters: unknown[], code = "en_US") => {
    const components = [{ type: "body", parameters }];
    return await send({ type: "template", template: { name, language: { code }, components } });
  };
  const text = (words: string) => ({ type: "text", text: words });
  assert.equal((await sendTemplate("ready", [text("Alex"), text("two")])).status, 200);
  assert.equal(sandbox.ledger.sent.at(-1)?.rendered?.body, "Dear Alex, your table for two is ready");
  const missing = await sendTemplate("ready", [], "tr");
  assert.deepEqual([missing.status, missing.body.error?.code], [404, 132001]);
  assert.equal((await sendTemplate("paused", [])).body.error?.code, 132015);
  assert.equal((await sendTemplate("disabled", [])).body.error?.code, 132016);
  assert.equal((await sendTemplate("ready", [text("Alex")])).body.error?.code, 132000);
  assert.equal((await sendTemplate("ready", [text("Alex"), { type: "image" }])).body.error?.code, 132012);
});

test("a customer who has stopped marketing messages of a business gets none of its marketing templates", async (t) => {
  const { sandbox, receiver, clock, send } = await setStage(t);
  for (const category of ["MARKETING", "UTILITY"] as const)
    sandbox.addTemplate(ACCOUNT, { name: category, category, components: [{ type: "BODY", text: "News" }] });
  const alex = sandbox.customer({ phone: ALEX });
  const sendTemplate = (name: string) =>
    send({ type: "template", template: { name, language: { code: "en_US" } } });
  alex.preferMarketing(false);
  await sendTemplate("MARKETING");
  clock.advance(0);
  await sandbox.waitFor(() => receiver.statuses().length === 1);
  assert.deepEqual(
    receiver.statuses().map(({ status, errors }) => [status, (errors as { code: number }[])[0]?.code]),
    [["failed", 131050]],
  );
  await sendTemplate("UTILITY");
  alex.preferMarketing(true);
  await sendTemplate("MARKETING");
  clock.advance(100);
  await sandbox.waitFor(() => receiver.statuses().length === 5);
  assert.equal(receiver.statuses().filter(({ status }) => status === "failed").length, 1);
});

test("a reaction shows on its message and is only ever sent; without a target it fails later", async (t) => {
  const { sandbox, receiver, clock, send } = await setStage(t);
  const hi = sandbox.customer({ phone: ALEX }).say("Hi");
  const react = (wamid: string) => send({ type: "reaction", reaction: { message_id: wamid, emoji: "👍" } });
  assert.equal((await react(hi.wamid)).status, 200);
  assert.equal(hi.reactions.business, "👍");
  assert.equal((await react("wamid.nothing")).status, 200);
  clock.advance(100);
  const [sent, failed] = await sandbox.waitFor(() => receiver.statuses().length === 2 && sandbox.ledger.sent);
  assert.deepEqual(sent?.reported, ["sent"]);
  assert.deepEqual([failed?.status, failed?.errorCode], ["failed", 131009]);
});

test("marking as read reaches back to all before, and typing lasts 25 seconds or until the answer", async (t) => {
  const { sandbox, clock, graph, send } = await setStage(t);
  const alex = sandbox.customer({ phone: ALEX });
  const [first, second, third] = [alex.say("1"), alex.say("2"), alex.say("3")];
  const markRead = async (wamid: string) => {
    const receipt = { messaging_product: "whatsapp", status: "read", message_id: wamid };
    return await graph("POST", `${NUMBER}/messages`, { ...receipt, typing_indicator: { type: "text" } });
  };
  assert.deepEqual((await markRead(second.wamid)).body, { success: true });
  assert.deepEqual([first.status, second.status], ["read", "read"]);
  assert.notEqual(third.status, "read");
  assert.equal(alex.chat.typingUntil, clock.now() + 25_000);
  await send(hello);
  assert.equal(alex.chat.typingUntil, 0);
  assert.equal((await markRead("wamid.nothing")).body.error?.code, 100);
});

test("an invalid body is refused in the Graph API's form", async (t) => {
  const { sandbox } = await setStage(t);
  const post = async (body: string) => {
    const headers = { authorization: `Bearer ${firstNumber("http://x").accessToken}` };
    const response = await fetch(`${sandbox.url}/v25.0/${NUMBER}/messages`, {
      method: "POST",
      headers,
      body,
    });
    const { error } = (await response.json()) as { error: { code: number } };
    return [response.status, error.code];
  };
  assert.deepEqual(await post("{"), [400, 100]);
  assert.deepEqual(await post("[]"), [400, 100]);
  assert.deepEqual(await post(`{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`), [400, 100]);
  assert.deepEqual(await post(`{"a":"${"x".repeat(300_000)}"}`), [413, 100]);
});
