import assert from "node:assert/strict";
import { request } from "node:http";
import { before, test } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { TestDatabase } from "../support/database.ts";
import { anApiKey, aPerson, aWorkspace, type Person } from "../support/people.ts";
import { type Api, borrowApi, tokenOf } from "./support/api.ts";

let database: TestDatabase;
let api: Api;
let admin: Person;
let agent: Person;
before(async () => {
  ({ database, api } = await borrowApi());
  const { tenantId } = await aWorkspace(database.pool);
  admin = await aPerson(database.pool, tenantId, "admin");
  agent = await aPerson(database.pool, tenantId, "agent");
  await database.pool.query(
    "insert into app_public.contacts (tenant_id, name) select $1, 'Contact ' || n from generate_series(1, 50) n",
    [tenantId],
  );
});

/** The bytes as they come over the wire. */
function bytesOf(query: string, token: string | null, encodings: string) {
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  const headers = { "content-type": "application/json", "accept-encoding": encodings, ...authorization };
  return new Promise<{ encoding: string | undefined; vary: string | undefined; body: Buffer }>(
    (resolve, reject) => {
      const sent = request(api.url, { method: "POST", headers }, async (response) => {
        const body = Buffer.concat(await response.toArray());
        resolve({ encoding: response.headers["content-encoding"], vary: response.headers.vary, body });
      });
      sent.once("error", reject).end(JSON.stringify({ query }));
    },
  );
}

const CONTACTS = "{ contacts { nodes { id name createdAt } } }";

test("answers to queries are compressed as the client accepts it, from a kilobyte on", async () => {
  const token = tokenOf(agent);
  const plain = await bytesOf(CONTACTS, token, "identity");
  assert.equal(plain.encoding, undefined);
  for (const [accepted, decompress] of [
    ["gzip", gunzipSync],
    ["br", brotliDecompressSync],
  ] as const) {
    const { encoding, vary, body } = await bytesOf(CONTACTS, token, accepted);
    assert.deepEqual([encoding, vary], [accepted, "Accept-Encoding"]);
    assert.deepEqual(decompress(body), plain.body);
    assert.ok(body.length * 3 < plain.body.length, `${body.length} of ${plain.body.length}`);
  }
  assert.equal((await bytesOf("{ currentUser { id } }", token, "gzip")).encoding, undefined);
});

test("answers that may have a new token in them, and refusals, are not compressed", async () => {
  const token = tokenOf(admin);
  const many = Array.from(
    { length: 8 },
    (_, at) => `k${at}: createApiKey(input: { name: "k${at}", scopes: [read] })`,
  );
  const mutation = `mutation { ${many.map((call) => `${call} { createdApiKey { secret apiKey { id name } } }`).join(" ")} }`;
  const { encoding, body } = await bytesOf(mutation, token, "gzip");
  assert.equal(encoding, undefined);
  assert.ok(body.length > 1_000);
  assert.equal((await bytesOf(`{ ${"x ".repeat(1_000)} }`, token, "gzip")).encoding, undefined);
  assert.equal((await bytesOf(CONTACTS, null, "gzip")).encoding, undefined);
});

const SAVE = "mutation ($input: SaveChatbotInput!) { saveChatbot(input: $input) { chatbot { id } } }";

/** A graph of about so many bytes. */
function graphOf(bytes: number) {
  const text = "x".repeat(4_000);
  const ids = Array.from({ length: Math.ceil(bytes / 4_300) }, (_, at) => `n${at}`);
  const nodes = ids.map((id) => ({ id, type: "message", data: { messageType: "text", text } }));
  const edges = ids.slice(1).map((target, at) => ({ source: `n${at}`, target }));
  return { nodes: [{ id: "start", type: "start", data: {} }, ...nodes], edges };
}

test("an admin saves a graph of megabytes; others, and other requests, keep the usual limit", async () => {
  const input = { name: "Large", ...graphOf(4_000_000) };
  const saved = await api.ask(admin, SAVE, { input });
  assert.ok(saved.data?.saveChatbot.chatbot.id, saved.text.slice(0, 300));
  const sender = (await anApiKey(database.pool, admin.tenantId, ["send"])).secret;
  const over = { name: "Over", ...graphOf(150_000) };
  const padded = `# ${"x".repeat(200_000)}\n${SAVE}`;
  const twice = SAVE.replace(/}$/, "signOut(input: {}) { signedOut } }");
  const refused: [who: Person | string | null, query: string, input: object][] = [
    [agent, SAVE, over],
    [sender, SAVE, over],
    [null, SAVE, over],
    [admin, padded, { name: "x" }],
    [admin, twice, over],
    [admin, "query ($input: ID!) { node(nodeId: $input) { nodeId } }", over],
    [admin, SAVE, { name: "Larger", ...graphOf(5_500_000) }],
  ];
  for (const [at, [who, query, wrong]] of refused.entries()) {
    const answer = await api.ask(who, query, { input: wrong }).catch(() => null);
    if (answer === null) continue; // The connection was cut before the client had written it all.
    assert.equal(answer.code, "PYLIM", `${at}: ${answer.text.slice(0, 300)}`);
  }
});

test("a few large bodies at once are received, and no more of one tenant", async () => {
  const body = JSON.stringify({ query: SAVE, variables: { input: { name: "Slow", ...graphOf(4_000_000) } } });
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    authorization: `Bearer ${tokenOf(admin)}`,
  };
  const begin = () => {
    const sent = request(api.url, { method: "POST", headers });
    const status = new Promise<number>((resolve) =>
      sent.once("response", (r) => resolve(r.resume().statusCode ?? 0)),
    );
    sent.on("error", () => {});
    sent.write(body.slice(0, 1_000));
    return { sent, status };
  };
  const [first, second, third] = [begin(), begin(), begin()];
  // Which of them is refused depends on the order in which their senders are checked.
  const refused = await Promise.race(
    [first, second, third].map(async (each) => ((await each.status) === 503 ? each : null)),
  );
  assert.ok(refused);
  for (const each of [first, second, third]) if (each !== refused) each.sent.end(body.slice(1_000));
  refused.sent.destroy();
  for (const each of [first, second, third]) if (each !== refused) assert.equal(await each.status, 200);
});
