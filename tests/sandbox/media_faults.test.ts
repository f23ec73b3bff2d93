import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { until } from "../support/until.ts";
import { ALEX, NUMBER, setStage, TOKEN } from "./stage.ts";

const authorization = `Bearer ${TOKEN}`;
const bytes = Buffer.from("0123456789".repeat(100));

/** A sandbox where a customer has sent one picture, and what the business does to fetch it. */
async function setPicture(t: Parameters<typeof setStage>[0]) {
  const stage = await setStage(t);
  const { sandbox, graph } = stage;
  const alex = sandbox.customer({ phone: ALEX });
  const { id } = alex.sendMedia({ kind: "image", bytes, mimeType: "image/png" }).content as { id: string };
  const describe = () => graph("GET", `${id}?phone_number_id=${NUMBER}`);
  const open = async (signal?: AbortSignal) =>
    fetch(String((await describe()).body.url), { headers: { authorization }, redirect: "manual", signal });
  const download = async () => Buffer.from(await (await open()).arrayBuffer());
  return { ...stage, describe, open, download };
}

test("the hash, size, type or address in a description may be wrong", async (t) => {
  const { sandbox, describe } = await setPicture(t);
  const fields = { sha256: "00", file_size: 7, mime_type: "text/html", url: "https://elsewhere.example/" };
  sandbox.faults.add({ kind: "override", fields }, { operation: "readMedia", times: 1 });
  const { body } = await describe();
  assert.deepEqual({ ...body, ...fields }, body);
  assert.equal((await describe()).body.file_size, bytes.length);
});

test("a description may be of no medium, and an address may have expired", async (t) => {
  const { sandbox, describe, open } = await setPicture(t);
  sandbox.faults.add({ kind: "error", code: 100, subcode: 33 }, { operation: "readMedia", times: 1 });
  assert.equal((await describe()).body.error?.error_subcode, 33);
  sandbox.faults.add({ kind: "error", code: 100, httpStatus: 404 }, { operation: "downloadMedia", times: 1 });
  assert.equal((await open()).status, 404);
});

test("a download may lead to another host", async (t) => {
  const { sandbox, open } = await setPicture(t);
  const location = "http://127.0.0.1:9/";
  sandbox.faults.add({ kind: "redirect", location }, { operation: "downloadMedia", times: 1 });
  const response = await open();
  assert.deepEqual([response.status, response.headers.get("location")], [302, location]);
});

test("a body may be another one of the same length, or shorter, or longer", async (t) => {
  const { sandbox, download } = await setPicture(t);
  const digest = (body: Buffer) => createHash("sha256").update(body).digest("hex");
  sandbox.faults.add({ kind: "alteredBody" }, { times: 1 });
  const altered = await download();
  assert.equal(altered.length, bytes.length);
  assert.notEqual(digest(altered), digest(bytes));
  for (const size of [0, 10, 100_000]) {
    sandbox.faults.add({ kind: "resizedBody", bytes: size }, { times: 1 });
    assert.equal((await download()).length, size);
  }
  assert.deepEqual(await download(), bytes);
});

test("a body may break off", async (t) => {
  const { sandbox, download } = await setPicture(t);
  sandbox.faults.add({ kind: "brokenBody" }, { times: 1 });
  await assert.rejects(download(), { name: "TypeError" });
});

test("a body may have no end, until the reader goes away", async (t) => {
  const { sandbox, open } = await setPicture(t);
  sandbox.faults.add({ kind: "endlessBody" }, { times: 1 });
  const reader = new AbortController();
  const response = await open(reader.signal);
  assert.equal(response.headers.get("content-length"), null);
  let received = 0;
  await assert.rejects(async () => {
    for await (const chunk of response.body ?? []) {
      received += chunk.length;
      if (received > 10 * bytes.length) reader.abort();
    }
  });
});

test("a body may be slow", async (t) => {
  const { sandbox, open, clock } = await setPicture(t);
  sandbox.faults.add({ kind: "slowBody", bytesPerSecond: 400 }, { times: 1 });
  const reader = (await open()).body?.getReader();
  const lengths: (number | undefined)[] = [];
  for (let chunk = await reader?.read(); chunk?.value; chunk = await reader?.read()) {
    lengths.push(chunk.value.length);
    clock.advance(1000);
  }
  assert.deepEqual(lengths, [400, 400, 200]);
});

test("an upload may be refused, slow, or carried out without a response", async (t) => {
  const { sandbox, clock } = await setStage(t);
  const upload = async () => {
    const form = new FormData();
    form.set("messaging_product", "whatsapp");
    form.set("file", new Blob([bytes], { type: "image/png" }), "picture.png");
    const url = `${sandbox.url}/v25.0/${NUMBER}/media`;
    const response = await fetch(url, { method: "POST", headers: { authorization }, body: form });
    return (await response.json()) as { id?: string; error?: { code: number } };
  };
  const operation = "uploadMedia";
  sandbox.faults.add({ kind: "error", code: 131053 }, { operation, times: 1 });
  assert.equal((await upload()).error?.code, 131053);
  sandbox.faults.add({ kind: "cut", accepts: true }, { operation, times: 1 });
  await assert.rejects(upload());
  sandbox.faults.add({ kind: "delay", milliseconds: 5000 }, { operation, times: 1 });
  const slow = upload();
  await until("the delay", () => clock.pending === 1);
  clock.advance(5000);
  assert.match((await slow).id ?? "", /^\d{15}$/);
});
