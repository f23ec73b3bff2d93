import assert from "node:assert/strict";
import { test } from "node:test";
import { CustomerError } from "../../sandbox/customer_phone.ts";
import { ACCOUNT, ALEX, setStage } from "./stage.ts";

const menu = {
  type: "interactive",
  interactive: {
    type: "button",
    body: { text: "What is it?" },
    action: {
      buttons: [
        { type: "reply", reply: { id: "price", title: "Prices" } },
        { type: "reply", reply: { id: "help", title: "Help" } },
      ],
    },
  },
};
const list = {
  type: "interactive",
  interactive: {
    type: "list",
    body: { text: "Pick" },
    action: { button: "Open", sections: [{ rows: [{ id: "r1", title: "Cut", description: "30 minutes" }] }] },
  },
};

test("a text, in the shape of Meta's webhook", async (t) => {
  const { sandbox, receiver, clock } = await setStage(t);
  const identity = { phone: ALEX, userId: "US.1", parentUserId: "US.ENT.2", name: "Alex", username: "alex" };
  const message = sandbox.customer(identity).say("Hi");
  const [value] = await sandbox.waitFor(() => receiver.values().length === 1 && receiver.values());
  assert.deepEqual(value, {
    messaging_product: "whatsapp",
    metadata: { display_phone_number: "15550783881", phone_number_id: "106540352242922" },
    contacts: [
      {
        profile: { name: "Alex", username: "alex" },
        wa_id: ALEX,
        user_id: "US.1",
        parent_user_id: "US.ENT.2",
      },
    ],
    messages: [
      {
        from: ALEX,
        from_user_id: "US.1",
        from_parent_user_id: "US.ENT.2",
        id: message.wamid,
        timestamp: String(clock.now() / 1000),
        type: "text",
        text: { body: "Hi" },
      },
    ],
  });
});

test("a customer without a phone number shows none", async (t) => {
  const { sandbox, receiver } = await setStage(t);
  sandbox.customer({ userId: "US.1" }).say("Hi");
  const [value] = await sandbox.waitFor(() => receiver.values().length === 1 && receiver.values());
  assert.deepEqual(value?.contacts, [{ profile: {}, user_id: "US.1" }]);
  assert.equal("from" in (value?.messages?.[0] ?? {}), false);
});

test("an old customer, without a user id", async (t) => {
  const { sandbox, receiver } = await setStage(t, { assignsUserIds: false });
  sandbox.customer({ phone: ALEX }).say("Hi");
  const [value] = await sandbox.waitFor(() => receiver.values().length === 1 && receiver.values());
  assert.deepEqual(value?.contacts, [{ profile: {}, wa_id: ALEX }]);
});

test("taps a button, by title or id; picks a row; taps a template's quick reply", async (t) => {
  const { sandbox, receiver, send } = await setStage(t);
  const alex = sandbox.customer({ phone: ALEX });
  alex.say("Hi");
  await send(menu);
  await send(list);
  sandbox.addTemplate(ACCOUNT, {
    name: "confirm",
    components: [
      { type: "BODY", text: "Come?" },
      { type: "BUTTONS", buttons: [{ type: "QUICK_REPLY", text: "Yes" }] },
    ],
  });
  const components = [
    {
      type: "button",
      sub_type: "quick_reply",
      index: "0",
      parameters: [{ type: "payload", payload: "YES!" }],
    },
  ];
  await send({ type: "template", template: { name: "confirm", language: { code: "en_US" }, components } });
  for (const choice of ["Prices", "help", "Cut", "Yes"]) alex.tap(choice);
  const heard = await sandbox.waitFor(() => receiver.messages().length === 5 && receiver.messages());
  const content = Object.fromEntries(heard.map((message) => [message.id, message[String(message.type)]]));
  const said = alex.messages.filter(({ from }) => from === "customer").slice(1);
  assert.deepEqual(
    said.map(({ wamid }) => content[wamid]),
    [
      { type: "button_reply", button_reply: { id: "price", title: "Prices" } },
      { type: "button_reply", button_reply: { id: "help", title: "Help" } },
      { type: "list_reply", list_reply: { id: "r1", title: "Cut", description: "30 minutes" } },
      { payload: "YES!", text: "Yes" },
    ],
  );
  const tap = heard.find(({ id }) => id === said[0]?.wamid);
  assert.deepEqual(tap?.context, { from: "15550783881", id: alex.received[0]?.wamid });
  assert.throws(() => alex.tap("Nothing of the kind"), CustomerError);
});

test("reacts, takes it back, edits, deletes", async (t) => {
  const { sandbox, receiver, send } = await setStage(t, { delivery: { concurrency: 1 } });
  const alex = sandbox.customer({ phone: ALEX });
  const own = alex.say("Helo");
  const { body } = await send({ type: "text", text: { body: "Hello" } });
  const theirs = body.messages?.[0]?.id ?? "";
  alex.react(theirs, "😮");
  alex.react(theirs, "");
  alex.edit(own.wamid, "Hello");
  alex.revoke(own.wamid);
  const heard = await sandbox.waitFor(() => receiver.messages().length === 5 && receiver.messages());
  assert.deepEqual(
    heard.slice(1).map((message) => message[String(message.type)]),
    [
      { message_id: theirs, emoji: "😮" },
      { message_id: theirs },
      { original_message_id: own.wamid, message: { type: "text", text: { body: "Hello" } } },
      { original_message_id: own.wamid },
    ],
  );
  assert.equal(alex.messages.length, 2, "none of it is a bubble of its own");
  assert.deepEqual([own.isEdited, own.isRevoked], [true, true]);
  assert.throws(() => alex.edit(theirs, "Mine now"), CustomerError);
});

test("edits the caption of a picture; other files have none", async (t) => {
  const { sandbox, receiver } = await setStage(t, { delivery: { concurrency: 1 } });
  const alex = sandbox.customer({ phone: ALEX });
  const bytes = Buffer.from("a picture");
  const picture = alex.sendMedia({ kind: "image", bytes, mimeType: "image/png", caption: "Helo" });
  const before = picture.content as Record<string, unknown>;
  alex.edit(picture.wamid, "Hello");
  const [, edit] = await sandbox.waitFor(() => receiver.messages().length === 2 && receiver.messages());
  assert.deepEqual(edit?.edit, {
    original_message_id: picture.wamid,
    message: { type: "image", image: { ...before, caption: "Hello" } },
  });
  const voice = alex.sendMedia({ kind: "audio", bytes, mimeType: "audio/ogg", isVoice: true });
  assert.throws(() => alex.edit(voice.wamid, "Listen"), CustomerError);
});

test("plays a voice note of the business: reported once, after it was read", async (t) => {
  const { sandbox, receiver, send, clock } = await setStage(t, { enforcesWindow: false });
  const alex = sandbox.customer({ phone: ALEX });
  const { body } = await send({ type: "audio", audio: { link: "https://example.com/a.ogg", voice: true } });
  const wamid = body.messages?.[0]?.id ?? "";
  clock.advance(1000);
  alex.read();
  alex.play(wamid);
  alex.play(wamid);
  await sandbox.waitFor(() => receiver.statuses().length === 4);
  assert.deepEqual(sandbox.ledger.message(wamid)?.reported, ["sent", "delivered", "read", "played"]);
  assert.throws(() => alex.play(alex.say("Thanks").wamid), CustomerError);
});

test("nextMessage goes through the answers one by one", async (t) => {
  const { sandbox, send } = await setStage(t);
  sandbox.customer({ phone: ALEX }).say("Hi");
  await send({ type: "text", text: { body: "before" } });
  const alex = sandbox.customer({ phone: ALEX });
  const first = alex.nextMessage();
  await send({ type: "text", text: { body: "one" } });
  await send({ type: "text", text: { body: "two" } });
  assert.deepEqual((await first).content, { body: "one" });
  assert.deepEqual((await alex.nextMessage()).content, { body: "two" });
  await assert.rejects(alex.nextMessage(10), /in vain/);
});

test("an unknown number or an invalid address is refused", async (t) => {
  const { sandbox } = await setStage(t);
  assert.throws(() => sandbox.customer({ phone: ALEX }, "999"), /no number 999/);
  assert.throws(() => sandbox.customer({ phone: "call me" }), /phone number/);
  assert.throws(() => sandbox.customer({ name: "Nobody" }), /phone number/);
});
