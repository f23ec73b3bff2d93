import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { type TestContext, test } from "node:test";
import { fetchMedia } from "../../../../../src/channels/whatsapp/outbound/fetch_media.ts";
import { Spool } from "../../../../../src/media/spool.ts";
import { temporaryFolder } from "../../../media/temporary_folder.ts";
import { type Answer, graphServer } from "./graph_server.ts";

const BYTES = Buffer.from("a small picture");
const DIGEST = createHash("sha256").update(BYTES).digest();
const OTHER_DIGEST = createHash("sha256").update("another").digest("base64");
const serve: Answer = (_seen, response) => response.end(BYTES);

/** A Graph API that describes a file as told, and serves it at `/file`. */
async function mediaServer(t: TestContext, described: object, download = serve) {
  const server = await graphServer(t, (seen, response, request) => {
    if (seen.path.startsWith("/file")) return download(seen, response, request);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ url: `${server.channel.graphUrl}/file`, ...described }));
  });
  const spool = new Spool(await temporaryFolder(t));
  return {
    ...server,
    paths: () => server.seen.map(({ path }) => path),
    spooled: () => readdir(spool.folder).catch(() => []),
    fetch: (more: Partial<Parameters<typeof fetchMedia>[2]> = {}, signal?: AbortSignal) =>
      fetchMedia(
        server.graph,
        server.channel,
        { providerMediaId: "71", url: null, sha256: null, maxBytes: null, ...more },
        spool,
        signal,
      ),
  };
}

for (const [name, sha256] of Object.entries({
  base64: DIGEST.toString("base64"),
  "base64 without padding, for addresses": DIGEST.toString("base64url"),
  hexadecimal: DIGEST.toString("hex").toUpperCase(),
  empty: "",
  "not one": "c2hhMjU2",
  "not given": undefined,
}))
  test(`a file is described, downloaded with the token and checked; its digest is ${name}`, async (t) => {
    const server = await mediaServer(t, { sha256, file_size: "15", mime_type: "image/png" });
    const fetched = await server.fetch();
    assert.ok(fetched.kind === "fetched");
    assert.deepEqual(await readFile(fetched.file.path), BYTES);
    assert.deepEqual([fetched.mimeType, fetched.file.size, fetched.file.sha256], ["image/png", 15, DIGEST]);
    assert.deepEqual(server.paths(), ["/v25.0/71?phone_number_id=604211900871234", "/file"]);
    assert.ok(server.seen.every(({ headers }) => headers.authorization === "Bearer EAAsecret"));
    await fetched.file[Symbol.asyncDispose]();
    assert.deepEqual(await server.spooled(), []);
  });

test("an address in the webhook saves the description, and is checked against the webhook", async (t) => {
  const server = await mediaServer(t, {});
  const url = `${server.channel.graphUrl}/file?x=1`;
  assert.equal((await server.fetch({ url, sha256: DIGEST.toString("base64") })).kind, "fetched");
  assert.deepEqual(server.paths(), ["/file?x=1"]);
  assert.equal((await server.fetch({ url, sha256: OTHER_DIGEST })).kind, "damaged");
});

test("an address in the webhook is not used if it, or the file, cannot be checked", async (t) => {
  const server = await mediaServer(t, { sha256: DIGEST.toString("base64") }, (seen, response) =>
    response.end(seen.path === "/file" ? BYTES : "<p>This address has expired</p>"),
  );
  const url = `${server.channel.graphUrl}/file?old`;
  for (const sha256 of [null, "", "c2hhMjU2"]) {
    const fetched = await server.fetch({ url, sha256 });
    assert.equal(fetched.kind, "fetched");
  }
  assert.ok(!server.paths().includes("/file?old"));
  // A page in place of the file.
  assert.equal((await server.fetch({ url, sha256: DIGEST.toString("base64") })).kind, "fetched");
  assert.equal(server.paths().at(-3), "/file?old");
});

test("a description without a digest is checked against the webhook", async (t) => {
  const server = await mediaServer(t, {});
  assert.equal((await server.fetch({ sha256: DIGEST.toString("base64") })).kind, "fetched");
  assert.equal((await server.fetch({ sha256: OTHER_DIGEST })).kind, "damaged");
});

test("the file of an address that has expired can be fetched later", async (t) => {
  const server = await mediaServer(t, {}, (_seen, response) => response.writeHead(404).end("<html>"));
  assert.deepEqual(await server.fetch(), { kind: "unavailable", reason: "HTTP 404" });
});

test("an error whose page does not end does not hold up other files", async (t) => {
  let isClosed = false;
  const server = await mediaServer(t, {}, (_seen, response) => {
    response.writeHead(500);
    const drops = setInterval(() => response.write("x"), 50);
    response.once("close", () => {
      clearInterval(drops);
      isClosed = true;
    });
  });
  assert.equal((await server.fetch()).kind, "uncertain");
  while (!isClosed) await new Promise((resolve) => setTimeout(resolve, 5));
});

test("a download that is given up is no file, and another attempt may be made", async (t) => {
  const stopping = new AbortController();
  const server = await mediaServer(t, {}, (_seen, response) => {
    response.write(BYTES);
    stopping.abort();
  });
  assert.deepEqual(await server.fetch({}, stopping.signal), { kind: "unavailable", reason: "AbortError" });
  assert.deepEqual(await server.spooled(), []);
});

test("a file is asked for as it is, not compressed", async (t) => {
  const server = await mediaServer(t, {});
  assert.equal((await server.fetch()).kind, "fetched");
  assert.equal(server.seen.at(-1)?.headers["accept-encoding"], "identity");
});

test("the access token is sent to no other host", async (t) => {
  for (const url of [
    "http://localhost:1/file",
    "http://lookaside.fbsbx.com/x",
    "https://lookaside.fbsbx.com.example.org/x",
    "https://lookaside.fbsbx.com@127.0.0.1/x",
    "file:///etc/passwd",
    "nonsense",
  ]) {
    const server = await mediaServer(t, { url });
    assert.equal((await server.fetch({ url })).kind, "damaged", url);
    // The address in the webhook is ignored, and the described one is refused.
    assert.equal(server.seen.length, 1, url);
  }
});

test("what is too large is not read", async (t) => {
  let isClosed = false;
  const server = await mediaServer(t, {}, (_seen, response) => {
    response.writeHead(200, { "content-length": 1e9 });
    response.write(BYTES);
    response.once("close", () => (isClosed = true));
  });
  assert.deepEqual(await server.fetch({ maxBytes: 100 }), { kind: "too_large", maxBytes: 100 });
  // Meta's own limit.
  assert.deepEqual(await server.fetch(), { kind: "too_large", maxBytes: 104_857_600 });
  while (!isClosed) await new Promise((resolve) => setTimeout(resolve, 5));
  const described = await mediaServer(t, { file_size: 101 });
  assert.deepEqual(await described.fetch({ maxBytes: 100 }), { kind: "too_large", maxBytes: 100 });
  assert.equal(described.seen.length, 1);
});

test("a silent server is given up, and its file can be fetched later", async (t) => {
  const server = await mediaServer(t, {}, (_seen, response) => {
    response.writeHead(200, { "content-length": 1000 });
    response.write(BYTES);
  });
  assert.deepEqual(await server.fetch(), { kind: "unavailable", reason: "UND_ERR_BODY_TIMEOUT" });
  assert.deepEqual(await server.spooled(), []);
});

test("an id that Meta does not know is gone; other errors are what they are", async (t) => {
  const unknown = await mediaServer(t, { url: undefined, error: { code: 100, error_subcode: 33 } });
  assert.deepEqual(await unknown.fetch({ providerMediaId: "../71" }), { kind: "gone" });
  assert.equal(unknown.paths()[0], "/v25.0/..%2F71?phone_number_id=604211900871234");
  const throttled = await mediaServer(t, { url: undefined, error: { code: 130429 } });
  assert.equal((await throttled.fetch()).kind, "throttled");
});
