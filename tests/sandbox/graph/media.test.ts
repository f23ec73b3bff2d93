import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { ALEX, firstNumber, NUMBER, type Stage, setStage, TOKEN } from "../stage.ts";

const authorization = `Bearer ${TOKEN}`;
const bytes = Buffer.from("not really a picture");

async function upload({ sandbox }: Stage, type = "image/png", file: Buffer = bytes) {
  const form = new FormData();
  form.set("messaging_product", "whatsapp");
  form.set("type", type);
  form.set("file", new Blob([new Uint8Array(file)], { type }), "picture.png");
  const url = `${sandbox.url}/v25.0/${NUMBER}/media`;
  const response = await fetch(url, { method: "POST", headers: { authorization }, body: form });
  return (await response.json()) as { id: string; error?: { code: number } };
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

test("a type that Meta refuses, a file over its type's limit, and a body that is not a form are errors", async (t) => {
  const stage = await setStage(t);
  assert.equal((await upload(stage, "image/gif")).error?.code, 131053);
  assert.equal((await upload(stage, "image/webp", Buffer.alloc(600 * 1024))).error?.code, 131053);
  assert.equal((await stage.graph("POST", `${NUMBER}/media`, {})).body.error?.code, 100);
});

test("the oldest media make room for new ones", async (t) => {
  const stage = await setStage(t, { limits: { mediaBytes: bytes.length * 2 } });
  const [first, second, third] = [await upload(stage), await upload(stage), await upload(stage)];
  assert.equal((await stage.graph("GET", first.id)).status, 400);
  assert.equal((await stage.graph("GET", second.id)).status, 200);
  assert.equal((await stage.graph("GET", third.id)).status, 200);
});
