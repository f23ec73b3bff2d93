import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { request } from "node:http";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { sign } from "../../../src/channels/whatsapp/inbound/signature.ts";
import { LARGEST_BODY } from "../../../src/inbound/raw_body.ts";
import { sealChannelSecrets } from "../../../src/secrets/channel_secrets.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { type ConnectedWorkspace, startProgram, type TestProgram } from "../../support/program.ts";
import { postWebhook, texts, webhookBody } from "../../support/webhooks.ts";

/** What is answered to a request, over real HTTP, before the database has anything to say. */

let database: TestDatabase;
let program: TestProgram;
let workspace: ConnectedWorkspace;
before(async () => {
  database = await createTestDatabase();
  program = await startProgram(database, { withWorker: false });
  workspace = await program.connectedWorkspace();
});
after(async () => {
  await program.stop();
  await database.drop();
});

const address = (channelId = workspace.channelId) => `${program.url}/webhooks/whatsapp/${channelId}`;
const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
  postWebhook(program.url, workspace, body, headers);
const aBody = () => webhookBody(workspace, texts("15551230000", "Hello"));

async function stored(): Promise<number> {
  const { rows } = await database.pool.query("select count(*)::int as n from app_public.webhook_events");
  return rows[0].n;
}

function challenge(parameters: Record<string, string>, channelId?: string): Promise<Response> {
  return fetch(`${address(channelId)}?${new URLSearchParams(parameters)}`);
}

test("the verification is answered with the challenge, as text", async () => {
  const response = await challenge({
    "hub.mode": "subscribe",
    "hub.verify_token": workspace.verifyToken,
    "hub.challenge": "<script>alert(1)</script>",
  });
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type") ?? "", /^text\/plain/);
  assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  assert.equal(await response.text(), "<script>alert(1)</script>");
});

test("a wrong verify token is refused, with the same response for a channel that does not exist", async () => {
  const right = { "hub.mode": "subscribe", "hub.verify_token": workspace.verifyToken, "hub.challenge": "1" };
  const { "hub.verify_token": _, ...withoutToken } = right;
  const refused = [
    await challenge({ ...right, "hub.verify_token": "wrong" }),
    await challenge({ ...right, "hub.verify_token": "" }),
    await challenge(withoutToken),
    await challenge({ ...right, "hub.mode": "unsubscribe" }),
    await challenge({ ...right, "hub.challenge": "x".repeat(1001) }),
    await challenge(right, randomUUID()),
    await challenge(right, "no-id"),
  ];
  const answers = await Promise.all(refused.map(async (r) => `${r.status} ${await r.text()}`));
  assert.deepEqual(new Set(answers).size, 1, answers.join("\n"));
  assert.equal(refused[0]!.status, 403);
});

test("only signed bodies are accepted; the response is the same for a wrong signature and an unknown channel", async () => {
  const body = aBody();
  const before = await stored();
  const wrong = sign(body, "another secret");
  const answers = [];
  for (const signature of [wrong, "sha256=abc", wrong.replace("sha256", "sha1"), wrong.toUpperCase()])
    answers.push(await post(body, { "x-hub-signature-256": signature }));
  answers.push(
    await fetch(address(), { method: "POST", body, headers: { "content-type": "application/json" } }),
    await postWebhook(program.url, { ...workspace, channelId: randomUUID() }, body),
    await postWebhook(program.url, { ...workspace, channelId: "no-id" }, body),
    // Right for another body.
    await post(body, { "x-hub-signature-256": sign(`${body} `, workspace.appSecret) }),
  );
  const told = await Promise.all(answers.map(async (r) => `${r.status} ${await r.text()}`));
  assert.equal(new Set(told).size, 1, told.join("\n"));
  assert.equal(answers[0]!.status, 401);
  assert.equal(await stored(), before);

  assert.equal((await post(body)).status, 200);
  assert.equal(await stored(), before + 1);
});

test("the signature is about the raw bytes: \\uXXXX escapes are not undone", async () => {
  const escaped = webhookBody(workspace, texts("15551230001", "Grüße 👋")).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  assert.match(escaped, /\\u00fc/);
  assert.equal((await post(escaped)).status, 200);
  const { rows } = await database.pool.query(
    "select content ->> 'body' as body from app_public.messages order by created_at desc limit 1",
  );
  assert.equal(rows[0].body, "Grüße 👋");
});

test("a rotated app secret counts at once, and the one before it still does", async () => {
  const rotated = await program.connectedWorkspace();
  const body = webhookBody(rotated, texts("15551230002", "Hello"));
  assert.equal((await postWebhook(program.url, rotated, body)).status, 200);
  const newSecret = "the secret after the rotation";
  await database.pool.query("select app_private.set_channel_secrets($1, $2)", [
    rotated.channelId,
    JSON.stringify(sealChannelSecrets(rotated.channelId, { appSecret: newSecret }, program.ring)),
  ]);
  assert.equal((await postWebhook(program.url, { ...rotated, appSecret: newSecret }, body)).status, 200);
  assert.equal((await postWebhook(program.url, rotated, body)).status, 200);
  assert.equal((await postWebhook(program.url, { ...rotated, appSecret: "guess" }, body)).status, 401);
});

test("3 MB are taken, one byte more is not, announced or not", async () => {
  const filled = (size: number) => {
    const body = webhookBody(workspace, { ...texts("15551230003", "Hello"), filler: "" });
    return body.replace('"filler":""', `"filler":"${"x".repeat(size - body.length)}"`);
  };
  const largest = filled(LARGEST_BODY);
  assert.equal(largest.length, LARGEST_BODY);
  assert.equal((await post(largest)).status, 200);
  const tooLarge = filled(LARGEST_BODY + 1);
  assert.equal((await post(tooLarge)).status, 413);
  assert.equal(await chunked(tooLarge), 413);
  assert.equal(await chunked(largest), 200);
});

/** Sends a body without saying how long it is; resolves with the status. */
function chunked(body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sending = request(
      address(),
      {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "transfer-encoding": "chunked",
          "x-hub-signature-256": sign(body, workspace.appSecret),
        },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode!);
      },
    );
    // The receiver may hang up before all is sent: it has answered by then.
    sending.on("error", reject);
    for (let at = 0; at < body.length; at += 65_536) sending.write(body.slice(at, at + 65_536));
    sending.end();
  });
}

test("a body that is not plain JSON according to its headers is refused", async () => {
  const body = aBody();
  assert.equal((await post(body, { "content-type": "text/plain" })).status, 415);
  assert.equal((await post(body, { "content-type": "application/jsonx" })).status, 415);
  assert.equal((await post(body, { "content-type": "application/json; charset=utf-8" })).status, 200);
  assert.equal((await post(gzipSync(body), { "content-encoding": "gzip" })).status, 415);
});

test("other methods are named as such", async () => {
  for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS"]) {
    const response = await fetch(address(), { method });
    assert.equal(response.status, 405, method);
    assert.equal(response.headers.get("allow"), "GET, HEAD, POST");
  }
});

test("an incomplete body is discarded and does not delay other requests", async () => {
  const before = await stored();
  const body = aBody();
  const sending = request(address(), {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "content-length": String(body.length),
      "x-hub-signature-256": sign(body, workspace.appSecret),
    },
  });
  sending.on("error", () => {});
  await new Promise<void>((resolve) => {
    sending.write(body.slice(0, 100), () => resolve());
  });
  const slow = performance.now();
  assert.equal((await post(body)).status, 200);
  assert.ok(performance.now() - slow < 5000, "a neighbour is not slowed down");
  sending.destroy();
  assert.equal((await post(body)).status, 200);
  assert.equal(await stored(), before + 2);
});
