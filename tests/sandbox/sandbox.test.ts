import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import express from "express";
import { createSandbox } from "../../sandbox/sandbox.ts";
import { ALEX, firstNumber, hello, NUMBER, setStage, startReceiver, TOKEN } from "./stage.ts";

test("its routers live in another application, beside its own body parser", async (t) => {
  const receiver = await startReceiver(t);
  const sandbox = createSandbox({ numbers: [firstNumber(receiver.url)], enforcesWindow: false });
  const app = express();
  app.use("/graph", sandbox.graphRouter);
  app.use("/sandbox", sandbox.phoneRouter);
  app.use(express.json());
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(async () => {
    await sandbox.close();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/graph/v25.0/${NUMBER}/messages`, {
    method: "POST",
    headers: { authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({ messaging_product: "whatsapp", to: ALEX, ...hello }),
  });
  assert.equal(response.status, 200);
  await sandbox.waitFor(() => receiver.statuses().length === 2);
});

test("the same seed gives the same ids", async (t) => {
  const wamid = async () =>
    (await setStage(t, { seed: 5 })).sandbox.customer({ phone: ALEX }).say("Hi").wamid;
  assert.equal(await wamid(), await wamid());
});

test("the webhook address is asked the way Meta asks", async (t) => {
  const { sandbox } = await setStage(t);
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? "", "http://localhost");
    const isGood =
      searchParams.get("hub.mode") === "subscribe" && searchParams.get("hub.verify_token") === "verify-me";
    response.writeHead(isGood ? 200 : 403).end(isGood ? searchParams.get("hub.challenge") : "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const number = firstNumber(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  sandbox.addNumber(number);
  assert.equal(await sandbox.verifyWebhook(NUMBER), true);
  sandbox.addNumber({ ...number, verifyToken: "wrong" });
  assert.equal(await sandbox.verifyWebhook(NUMBER), false);
});

test("a number needs an address that can be POSTed to", async (t) => {
  const { sandbox } = await setStage(t);
  assert.throws(() => sandbox.addNumber(firstNumber("ftp://example.com")), /http/);
});

test("the ledger forgets the oldest, and the totals do not", async (t) => {
  const { sandbox, send } = await setStage(t, {
    enforcesWindow: false,
    limits: { messages: 3, requests: 2 },
  });
  for (let index = 0; index < 5; index++) await send({ type: "text", text: { body: String(index) } });
  assert.deepEqual(
    sandbox.ledger.sent.map(({ content }) => content),
    [{ body: "2" }, { body: "3" }, { body: "4" }],
  );
  assert.equal(sandbox.ledger.requests.length, 2);
  assert.equal(sandbox.ledger.counters.accepted, 5);
});

test("after close nothing is sent", async (t) => {
  const { sandbox, receiver, clock, send } = await setStage(t, { enforcesWindow: false });
  await send(hello);
  await sandbox.close();
  clock.advance(60_000);
  assert.equal(sandbox.webhooks.pending, 0);
  assert.equal(receiver.received.length, 0);
});
