import assert from "node:assert/strict";
import { test } from "node:test";
import { CustomerError } from "../../sandbox/customer_phone.ts";
import { ALEX, hello, NUMBER, setStage } from "./stage.ts";

const frame = {
  messaging_product: "whatsapp",
  metadata: { display_phone_number: "15550783881", phone_number_id: NUMBER },
};

test("a burst in one POST: one body, one second, in order", async (t) => {
  const { sandbox, receiver } = await setStage(t);
  sandbox.customer({ phone: ALEX }).burst(["1", "2", "3"], { inOnePost: true });
  await sandbox.waitFor(() => receiver.messages().length === 3);
  assert.equal(receiver.received.length, 1);
  assert.deepEqual(
    receiver.messages().map(({ text }) => text),
    [{ body: "1" }, { body: "2" }, { body: "3" }],
  );
  assert.equal(new Set(receiver.messages().map(({ timestamp }) => timestamp)).size, 1);
});

test("a burst in several POSTs: one after the other, of one second all the same", async (t) => {
  const { sandbox, receiver, clock } = await setStage(t);
  const phone = sandbox.customer({ phone: ALEX });
  clock.advance(990);
  phone.burst(["1", "2", "3"]);
  clock.advance(40);
  await sandbox.waitFor(() => receiver.messages().length === 3);
  assert.deepEqual(
    receiver.messages().map(({ text }) => text),
    [{ body: "1" }, { body: "2" }, { body: "3" }],
  );
  assert.equal(receiver.received.length, 3);
  assert.equal(new Set(receiver.messages().map(({ timestamp }) => timestamp)).size, 1);
});

test("a burst that is held leaves with what else is held", async (t) => {
  const { sandbox, receiver } = await setStage(t);
  const phone = sandbox.customer({ phone: ALEX });
  sandbox.webhooks.hold();
  phone.say("0");
  phone.burst(["1", "2"], { inOnePost: true });
  sandbox.webhooks.release();
  await sandbox.waitFor(() => receiver.messages().length === 3);
  assert.equal(receiver.received.length, 1);
});

test("an own message comes again under its wamid, with another time", async (t) => {
  const { sandbox, receiver } = await setStage(t);
  const phone = sandbox.customer({ phone: ALEX });
  const { wamid } = phone.say("Hi");
  phone.repeat(wamid, 90);
  await sandbox.waitFor(() => receiver.messages().length === 2);
  const [first, second] = receiver.messages();
  assert.deepEqual(second, { ...first, timestamp: String(Number(first?.timestamp) + 90) });
  assert.equal(phone.messages.length, 1);
});

test("an echo of a message of the business", async (t) => {
  const { sandbox, receiver, clock, send } = await setStage(t, { statuses: [] });
  const phone = sandbox.customer({ phone: ALEX, userId: "US.1" });
  phone.say("Hi");
  const { body } = await send(hello);
  const id = body.messages?.[0]?.id ?? "";
  phone.echo(id);
  const echoed = await sandbox.waitFor(() => receiver.values().find((value) => "message_echoes" in value));
  assert.deepEqual(echoed, {
    ...frame,
    message_echoes: [
      {
        from: "15550783881",
        to: ALEX,
        to_user_id: "US.1",
        id,
        timestamp: String(Math.floor(clock.now() / 1000)),
        ...hello,
      },
    ],
  });
  assert.throws(() => phone.echo(phone.messages[0]!.wamid), CustomerError);
});

type Told = {
  id: string;
  from?: string;
  to?: string;
  timestamp: string;
  type: string;
  image?: { id: string; caption: string };
};
type Chunk = { history: { threads: { id: string; messages: Told[] }[] }[] };

for (const from of ["customer", "business"] as const) {
  test(`an imported placeholder of the ${from} and its picture are one wamid`, async (t) => {
    const { sandbox, receiver } = await setStage(t);
    const phone = sandbox.customer({ phone: ALEX, userId: "US.1" });
    const wamid = phone.importMessage({ from, what: "placeholder", secondsAgo: 86_400 });
    phone.importMessage({ from, what: "media", wamid, secondsAgo: 86_390, caption: "The receipt" });
    const [chunk, media] = (await sandbox.waitFor(
      () => receiver.values().length === 2 && receiver.values(),
    )) as never as [Chunk, Record<string, Told[]>];
    const [thread] = chunk.history[0]!.threads;
    const [placeholder] = thread!.messages;
    const [picture] = media[from === "customer" ? "messages" : "message_echoes"]!;
    assert.deepEqual([thread!.id, placeholder!.id, picture!.id], [ALEX, wamid, wamid]);
    assert.equal(placeholder!.type, "media_placeholder");
    assert.equal(placeholder![from === "customer" ? "from" : "to"], ALEX);
    assert.equal(Number(picture!.timestamp) - Number(placeholder!.timestamp), 10);
    const { id, caption } = picture!.image!;
    assert.equal(caption, "The receipt");
    const stored = await fetch(`${sandbox.url}/v25.0/${id}`, {
      headers: { authorization: "Bearer token-of-the-first-number" },
    });
    assert.equal(stored.status, 200);
  });
}

test("over HTTP: a burst, a repetition, an import; impossible ones are refused", async (t) => {
  const { sandbox, receiver } = await setStage(t);
  const act = async (action: object) => {
    const response = await fetch(`${sandbox.url}/sandbox/api/numbers/${NUMBER}/chats/${ALEX}/actions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(action),
    });
    return { status: response.status, body: (await response.json()) as { wamid?: string } };
  };
  const { body } = await act({ kind: "burst", bodies: ["1", "2"], inOnePost: true });
  await sandbox.waitFor(() => receiver.messages().length === 2);
  assert.equal((await act({ kind: "repeat", wamid: body.wamid, secondsLater: -5 })).status, 201);
  const placeholder = await act({ kind: "import", what: "placeholder" });
  assert.match(placeholder.body.wamid ?? "", /^wamid\./);
  const { wamid } = placeholder.body;
  assert.deepEqual(await act({ kind: "import", what: "media", wamid }), { status: 201, body: { wamid } });
  assert.equal((await act({ kind: "echo", wamid: "wamid.nobody" })).status, 409);
  assert.equal((await act({ kind: "burst", bodies: [] })).status, 400);
});
