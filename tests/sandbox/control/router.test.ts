import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { viewChat } from "../../../sandbox/control/chat_view.ts";
import { ALEX, hello, NUMBER, type Stage, setStage } from "../stage.ts";

const PAGE = join(import.meta.dirname, "../../../sandbox/page");
const CHAT = `numbers/${NUMBER}/chats/${ALEX}`;

function api({ sandbox }: Stage, method: string, path: string, body?: unknown) {
  return fetch(`${sandbox.url}/sandbox/api/${path}`, {
    method,
    headers: { "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

function sendFile({ sandbox }: Stage, query: Record<string, string>, body: string) {
  const url = `${sandbox.url}/sandbox/api/${CHAT}/media?${new URLSearchParams(query)}`;
  return fetch(url, { method: "POST", headers: { "content-type": "application/octet-stream" }, body });
}

test("the page comes with a policy that allows its own files only, and needs no more", async (t) => {
  const { sandbox } = await setStage(t);
  const response = await fetch(`${sandbox.url}/sandbox`);
  const html = await response.text();
  assert.equal(response.status, 200);
  assert.match(
    response.headers.get("content-security-policy") ?? "",
    /default-src 'none'; script-src 'self'/,
  );
  assert.doesNotMatch(html, /<script(?![^>]*\ssrc=)|\son\w+=|style=|https?:/);
  for (const [, file] of html.matchAll(/(?:src|href)="([^"#]+)"/g)) {
    assert.equal((await fetch(`${sandbox.url}/sandbox/${file}`)).status, 200, file);
  }
});

test("the page turns no data into markup", () => {
  for (const file of readdirSync(PAGE).filter((name) => name.endsWith(".js"))) {
    const source = readFileSync(join(PAGE, file), "utf8");
    assert.doesNotMatch(source, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b/, file);
  }
});

test("a chat over HTTP: introduce, say, tap, read; the business's secrets are not shown", async (t) => {
  const stage = await setStage(t);
  const { sandbox, receiver, send } = stage;
  const numbers = await (await api(stage, "GET", "numbers")).json();
  assert.deepEqual(numbers, [
    { phoneNumberId: NUMBER, displayPhoneNumber: "15550783881", verifiedName: "Corner Shop" },
  ]);
  assert.equal((await api(stage, "PUT", `${CHAT}/profile`, { name: "Alex" })).status, 204);
  assert.equal((await api(stage, "POST", `${CHAT}/actions`, { kind: "say", body: "Hi" })).status, 201);
  await sandbox.waitFor(() => receiver.messages().length === 1);
  assert.deepEqual(receiver.values()[0]?.contacts?.[0]?.profile, { name: "Alex" });

  const buttons = [{ type: "reply", reply: { id: "a", title: "A" } }];
  await send({
    type: "interactive",
    interactive: { type: "button", body: { text: "?" }, action: { buttons } },
  });
  const chat = (await (await api(stage, "GET", CHAT)).json()) as ReturnType<typeof viewChat>;
  assert.deepEqual(
    chat.messages.map(({ from, choices }) => [from, choices]),
    [
      ["customer", []],
      ["business", [{ kind: "button", id: "a", title: "A" }]],
    ],
  );
  const wamid = chat.messages[1]?.wamid;
  assert.equal(
    (await api(stage, "POST", `${CHAT}/actions`, { kind: "tap", choice: "a", wamid })).status,
    201,
  );
  await api(stage, "POST", `${CHAT}/actions`, { kind: "read" });
  await sandbox.waitFor(() => receiver.statuses().some(({ status }) => status === "read"));
});

test("a file over HTTP becomes media, and the business gets a webhook", async (t) => {
  const stage = await setStage(t);
  const { sandbox, receiver } = stage;
  const query = { kind: "audio", mimeType: "audio/ogg; codecs=opus", voice: "true" };
  const quoted = sandbox.customer({ phone: ALEX }).say("Listen");
  const response = await sendFile(stage, { ...query, replyTo: quoted.wamid }, "OggS");
  assert.equal(response.status, 201);
  const messages = await sandbox.waitFor(() => receiver.messages().length === 2 && receiver.messages());
  const { audio, context } = messages.find(({ type }) => type === "audio") ?? {};
  assert.match(JSON.stringify(audio), /"mime_type":"audio\/ogg; codecs=opus".*"voice":true/);
  assert.match(JSON.stringify(context), new RegExp(quoted.wamid.replace(/[+]/g, "\\+")));
  assert.equal((await sendFile(stage, { ...query, kind: "sticker" }, "x".repeat(600_000))).status, 413);
  assert.equal((await sendFile(stage, { ...query, kind: "poem" }, "x")).status, 400);
});

test("a text can come from an ad", async (t) => {
  const stage = await setStage(t);
  const referral = { source_url: "https://fb.me/1", source_id: "1", source_type: "ad", headline: "Sale" };
  const say = { kind: "say", body: "Is it still there?", referral };
  assert.equal((await api(stage, "POST", `${CHAT}/actions`, say)).status, 201);
  const { receiver, sandbox } = stage;
  const [message] = await sandbox.waitFor(() => receiver.messages().length === 1 && receiver.messages());
  assert.deepEqual(message?.referral, referral);
});

test("the page gets a file of the chat, in parts too, and nothing that could run", async (t) => {
  const stage = await setStage(t);
  const { sandbox } = stage;
  const fileOf = async (mimeType: string, headers = {}) => {
    await sendFile(stage, { kind: "image", mimeType, filename: 'a"b.html' }, "<script>alert(1)</script>");
    const chat = (await (await api(stage, "GET", CHAT)).json()) as ReturnType<typeof viewChat>;
    const id = chat.messages.at(-1)?.file?.id;
    return await fetch(`${sandbox.url}/sandbox/api/${CHAT}/media/${id}`, { headers });
  };
  for (const type of ["text/html", "image/svg+xml", "application/xhtml+xml", "text/javascript"]) {
    const { headers } = await fileOf(type);
    assert.equal(headers.get("content-type"), "application/octet-stream", type);
    assert.match(headers.get("content-disposition") ?? "", /^attachment;/);
  }
  const { headers } = await fileOf("image/png");
  assert.equal(headers.get("content-type"), "image/png");
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  assert.equal(headers.get("content-security-policy"), "default-src 'none'; sandbox");
  const part = await fileOf("video/mp4", { range: "bytes=1-6" });
  assert.deepEqual([part.status, await part.text()], [206, "script"]);
  assert.equal((await api(stage, "GET", `${CHAT}/media/1`)).status, 404);
});

test("a link of the business is shown as it came, and never fetched", async (t) => {
  const stage = await setStage(t, { enforcesWindow: false });
  await stage.send({ type: "image", image: { link: "https://elsewhere.example/a.png" } });
  const chat = (await (await api(stage, "GET", CHAT)).json()) as ReturnType<typeof viewChat>;
  assert.deepEqual(chat.messages[0]?.content, { link: "https://elsewhere.example/a.png" });
  assert.equal(chat.messages[0]?.file, undefined);
});

test("the page gets every change", async (t) => {
  const stage = await setStage(t, { limits: { streams: 1 } });
  const { sandbox } = stage;
  const controller = new AbortController();
  const events = `${sandbox.url}/sandbox/api/${CHAT}/events`;
  const response = await fetch(events, { signal: controller.signal });
  assert.equal((await fetch(events)).status, 503, "one page is all there is room for");
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const next = async () => JSON.parse((await reader?.read())?.value?.replace(/^data: /, "") ?? "");
  assert.deepEqual((await next()).messages, []);
  sandbox.customer({ phone: ALEX }).say("Hi");
  assert.equal((await next()).messages[0].content.body, "Hi");
  await stage.send(hello);
  controller.abort();
});

test("impossible actions are answered with an error in JSON", async (t) => {
  const stage = await setStage(t);
  const statusOf = async (method: string, path: string, body?: unknown) => {
    const response = await api(stage, method, path, body);
    assert.ok(((await response.json()) as { error: string }).error);
    return response.status;
  };
  assert.equal(await statusOf("GET", "nothing"), 404);
  assert.equal(await statusOf("GET", `numbers/999/chats/${ALEX}`), 404);
  assert.equal(await statusOf("GET", `numbers/${NUMBER}/chats/nobody`), 400);
  assert.equal(await statusOf("POST", `${CHAT}/actions`, { kind: "fly" }), 400);
  assert.equal(await statusOf("POST", `${CHAT}/actions`, { kind: "say", body: "" }), 400);
  assert.equal(await statusOf("POST", `${CHAT}/actions`, { kind: "say", body: "x".repeat(70_000) }), 413);
  assert.equal(await statusOf("POST", `${CHAT}/actions`, { kind: "tap", choice: "x" }), 409);
  const foreign = await fetch(`${stage.sandbox.url}/sandbox/api/${CHAT}/actions`, {
    method: "POST",
    headers: { "content-type": "text/plain" },
    body: JSON.stringify({ kind: "say", body: "from a foreign page" }),
  });
  assert.equal(foreign.status, 415);
});

test("a test in another process asks for faults, statuses and held webhooks", async (t) => {
  const stage = await setStage(t, { enforcesWindow: false });
  const { send, sandbox } = stage;
  await api(stage, "POST", "faults", { fault: { kind: "error", code: 131000 }, times: 1 });
  assert.equal((await send(hello)).body.error?.code, 131000);
  await api(stage, "POST", "faults", { fault: { kind: "error", code: 131000 } });
  await api(stage, "DELETE", "faults");
  assert.equal((await send(hello)).status, 200);
  await api(stage, "POST", "status-plans", { steps: [{ status: "failed", afterMs: 0 }], recipient: ALEX });
  await send(hello);
  stage.clock.advance(0);
  assert.equal(sandbox.ledger.sent.at(-1)?.status, "failed");
  await api(stage, "DELETE", "status-plans");
  await api(stage, "PUT", "webhooks", { isHeld: true });
  sandbox.customer({ phone: ALEX }).say("Hi");
  const totals = async () => (await (await api(stage, "GET", "ledger")).json()) as Record<string, number>;
  assert.equal((await totals()).inbound, 1);
  assert.ok(((await totals()).pendingUpdates ?? 0) >= 1);
  await api(stage, "PUT", "webhooks", { isHeld: false });
  await sandbox.waitFor(() => sandbox.webhooks.pending === 0);
});
