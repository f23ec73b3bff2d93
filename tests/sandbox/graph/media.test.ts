import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { request } from "undici";
import { collectGarbage } from "../../support/collect_garbage.ts";
import { ALEX, firstNumber, NUMBER, type Stage, setStage, TOKEN } from "../stage.ts";

const authorization = `Bearer ${TOKEN}`;
const bytes = Buffer.from("not really a picture");

async function upload(stage: Stage, type = "image/png", file: Buffer = bytes) {
  const form = new FormData();
  form.set("messaging_product", "whatsapp");
  form.set("type", type);
  form.set("file", new Blob([new Uint8Array(file)], { type }), "picture.png");
  return await post(stage, form);
}

async function post({ sandbox }: Stage, body: NonNullable<RequestInit["body"]>, headers = {}) {
  const url = `${sandbox.url}/v25.0/${NUMBER}/media`;
  const response = await fetch(url, { method: "POST", headers: { authorization, ...headers }, body });
  return (await response.json()) as { id: string; error?: { code: number; message: string } };
}

test("upload, look up, download within 5 minutes, send, delete", async (t) => {
  const stage = await setStage(t, { enforcesWindow: false });
  const { graph, send, clock } = stage;
  const { id } = await upload(stage);
  const { body } = await graph("GET", `${id}?phone_number_id=${NUMBER}`);
  assert.equal(body.mime_type, "image/png");
  assert.equal(body.file_size, bytes.length);
  assert.equal(body.sha256, createHash("sha256").update(bytes).digest("hex"));

  const download = () => fetch(String(body.url), { headers: { authorization } });
  assert.deepEqual(Buffer.from(await (await download()).arrayBuffer()), bytes);
  assert.equal((await fetch(String(body.url))).status, 401, "the address alone is not enough");
  assert.equal((await send({ type: "image", image: { id } })).status, 200);
  clock.advance(5 * 60 * 1000);
  assert.equal((await download()).status, 404);

  assert.deepEqual((await graph("DELETE", id)).body, { success: true });
  assert.equal((await graph("GET", id)).body.error?.error_subcode, 33);
  assert.equal((await send({ type: "image", image: { id } })).body.error?.code, 131009);
});

test("what a customer sends can be fetched for 7 days, and matches the webhook's base64 hash", async (t) => {
  const { sandbox, receiver, graph, clock } = await setStage(t);
  sandbox.customer({ phone: ALEX }).sendMedia({ kind: "audio", bytes, mimeType: "audio/ogg", isVoice: true });
  const [message] = await sandbox.waitFor(() => receiver.messages().length === 1 && receiver.messages());
  const audio = message?.audio as { id: string; sha256: string; voice: boolean };
  assert.equal(audio.voice, true);
  assert.equal(audio.sha256, createHash("sha256").update(bytes).digest("base64"));
  const { body } = await graph("GET", audio.id);
  const response = await fetch(String(body.url), { headers: { authorization } });
  assert.deepEqual(Buffer.from(await response.arrayBuffer()), bytes);
  clock.advance(7 * 24 * 60 * 60 * 1000);
  assert.equal((await graph("GET", audio.id)).body.error?.error_subcode, 33);
});

test("the webhook of a customer's file has a download address for 5 minutes, or none", async (t) => {
  const { sandbox, receiver, clock } = await setStage(t);
  const alex = sandbox.customer({ phone: ALEX });
  alex.sendMedia({
    kind: "document",
    bytes,
    mimeType: "application/pdf",
    filename: "a.pdf",
    caption: "Look",
  });
  alex.sendMedia({ kind: "sticker", bytes, mimeType: "image/webp", hasUrl: false });
  const messages = await sandbox.waitFor(() => receiver.messages().length === 2 && receiver.messages());
  const document = messages.find(({ type }) => type === "document")?.document as Record<string, string>;
  assert.deepEqual([document.filename, document.caption], ["a.pdf", "Look"]);
  const sticker = messages.find(({ type }) => type === "sticker")?.sticker as Record<string, unknown>;
  assert.deepEqual([sticker.url, sticker.animated], [undefined, false]);

  const download = (headers: Record<string, string>) => fetch(document.url ?? "", { headers });
  const response = await download({ authorization });
  assert.deepEqual(Buffer.from(await response.arrayBuffer()), bytes);
  assert.equal(response.headers.get("content-type"), "application/pdf");
  assert.equal((await download({})).status, 401);
  clock.advance(5 * 60 * 1000);
  assert.equal((await download({ authorization })).status, 404);
});

test("a download without a User-Agent is refused", async (t) => {
  const stage = await setStage(t);
  const { id } = await upload(stage);
  const { body } = await stage.graph("GET", id);
  const { statusCode } = await request(String(body.url), { headers: { authorization } });
  assert.equal(statusCode, 400);
});

test("media belong to their number", async (t) => {
  const stage = await setStage(t);
  const { sandbox, receiver, graph } = stage;
  sandbox.addNumber({ ...firstNumber(receiver.url), phoneNumberId: "2", accessToken: "second" });
  const { id } = await upload(stage);
  assert.equal((await graph("GET", id, undefined, "second")).body.error?.error_subcode, 33);
  assert.equal((await graph("DELETE", id, undefined, "second")).body.error?.error_subcode, 33);
  assert.equal((await graph("GET", `${id}?phone_number_id=2`)).body.error?.error_subcode, 33);
  assert.equal((await graph("GET", id)).status, 200);
});

test("an upload of a type that Meta refuses, or over the limit of its type, is an error and leaves nothing", async (t) => {
  const stage = await setStage(t);
  const gif = await upload(stage, "image/gif");
  assert.equal(gif.error?.code, 100);
  assert.match(
    gif.error?.message ?? "",
    /^\(#100\) Param file must be a file with one of the following types/,
  );
  assert.equal((await upload(stage, "application/octet-stream")).error?.code, 100);
  assert.equal((await upload(stage, "image/webp", Buffer.alloc(600 * 1024))).error?.code, 131053);
  assert.equal((await upload(stage, "image/png", Buffer.alloc(5 * 1024 * 1024))).error, undefined);
  assert.equal((await upload(stage, "text/csv")).error, undefined);
});

test("an upload that is not the form Meta reads is an error", async (t) => {
  const stage = await setStage(t);
  assert.equal((await stage.graph("POST", `${NUMBER}/media`, {})).body.error?.code, 100);
  const form = new FormData();
  form.set("messaging_product", "whatsapp");
  assert.match((await post(stage, form)).error?.message ?? "", /parameter file/);
  const file = new FormData();
  file.set("file", new Blob([bytes], { type: "image/png" }), "picture.png");
  assert.match((await post(stage, file)).error?.message ?? "", /parameter messaging_product/);
  const type = { "content-type": "multipart/form-data; boundary=x" };
  const broken = '--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nno end';
  assert.equal((await post(stage, broken, type)).error?.code, 100);
});

test("a document of 100 MB goes through without being held in memory", async (t) => {
  const stage = await setStage(t, { enforcesWindow: false });
  const size = 100 * 1024 * 1024;
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  const zeros = Buffer.alloc(256 * 1024);
  const { sandbox } = stage;
  const query = new URLSearchParams({ kind: "document", mimeType: "application/zip", filename: "a.zip" });
  const response = await fetch(`${sandbox.url}/sandbox/api/numbers/${NUMBER}/chats/${ALEX}/media?${query}`, {
    method: "POST",
    headers: { "content-type": "application/octet-stream" },
    body: ReadableStream.from(
      (function* () {
        for (let sent = 0; sent < size; sent += zeros.length) yield zeros;
      })(),
    ),
    duplex: "half",
  });
  assert.equal(response.status, 201);
  const { content } = sandbox.ledger.messages[0] as { content: { id: string } };
  const { body } = await stage.graph("GET", content.id);
  assert.equal(body.file_size, size);
  const download = await fetch(String(body.url), { headers: { authorization } });
  let received = 0;
  let measuredAt = 0;
  for await (const chunk of download.body ?? []) {
    received += chunk.length;
    if (received - measuredAt < size / 20) continue;
    measuredAt = received;
    // Only what is in use counts, not what has not been collected yet.
    collectGarbage();
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  assert.equal(received, size);
  assert.ok(most < 50 * 1024 * 1024, `${most} bytes of buffers`);
});

test("a file that does not suit the message is found after the message was accepted", async (t) => {
  const stage = await setStage(t, { enforcesWindow: false });
  const { send, clock, sandbox } = stage;
  const webp = (size: number, flags: number) => {
    const file = Buffer.alloc(size);
    file.write("RIFF....WEBPVP8X", "latin1");
    file[20] = flags;
    return file;
  };
  const outcome = async (type: string, file: { id: string }, more = {}) => {
    assert.equal((await send({ type, [type]: { id: file.id, ...more } })).status, 200);
    clock.advance(1000);
    return sandbox.ledger.sent.at(-1)?.errorCode;
  };
  const photo = await upload(stage, "image/jpeg");
  assert.equal(await outcome("image", photo), undefined);
  assert.equal(await outcome("document", photo), undefined);
  assert.equal(await outcome("video", photo), 131053);
  assert.equal(await outcome("audio", await upload(stage, "audio/mpeg"), { voice: true }), 131053);
  assert.equal(await outcome("audio", await upload(stage, "audio/ogg"), { voice: true }), undefined);
  assert.equal(await outcome("sticker", await upload(stage, "image/webp", webp(200_000, 2))), undefined);
  assert.equal(await outcome("sticker", await upload(stage, "image/webp", webp(200_000, 0))), 131053);
  const header = { type: "image", image: { id: "1" } };
  const buttons = [{ type: "reply", reply: { id: "a", title: "A" } }];
  const { body } = await send({
    type: "interactive",
    interactive: { type: "button", header, body: { text: "?" }, action: { buttons } },
  });
  assert.equal(body.error?.code, 131009);
});

test("the oldest media make room for new ones", async (t) => {
  const stage = await setStage(t, { limits: { mediaBytes: bytes.length * 2 } });
  const [first, second, third] = [await upload(stage), await upload(stage), await upload(stage)];
  assert.equal((await stage.graph("GET", first.id)).status, 400);
  assert.equal((await stage.graph("GET", second.id)).status, 200);
  assert.equal((await stage.graph("GET", third.id)).status, 200);
});
