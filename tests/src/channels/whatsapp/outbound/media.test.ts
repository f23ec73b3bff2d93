import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { describeMedia, downloadMedia } from "../../../../../src/channels/whatsapp/outbound/media.ts";
import { type Answer, graphServer, json } from "./graph_server.ts";

const bytes = Buffer.from("a small picture");
const digest = createHash("sha256").update(bytes).digest();
const serve: Answer = (_seen, response) => response.end(bytes);

test("a description is read, with its size as number or string", async (t) => {
  const described = {
    url: "https://lookaside.fbsbx.com/x",
    mime_type: "image/png",
    sha256: "q2k=",
    file_size: "15",
  };
  const { channel, graph, seen } = await graphServer(t, json(200, described));
  assert.deepEqual(await describeMedia(graph, channel, "71"), {
    kind: "described",
    media: { mediaId: "71", url: described.url, mimeType: "image/png", sha256: "q2k=", size: 15 },
  });
  assert.equal(seen[0]?.path, "/v25.0/71?phone_number_id=604211900871234");
});

test("an unknown medium is rejected", async (t) => {
  const { channel, graph } = await graphServer(t, json(400, { error: { code: 100, error_subcode: 33 } }));
  assert.equal((await describeMedia(graph, channel, "../71")).kind, "rejected");
});

const media = { mediaId: "71", url: "", mimeType: "image/png", sha256: null, size: null };

test("a medium is fetched with the token and checked, the digest in base64 or hexadecimal", async (t) => {
  const { channel, graph, seen } = await graphServer(t, serve);
  for (const sha256 of [digest.toString("base64"), digest.toString("hex"), null]) {
    const got = await downloadMedia(graph, channel, {
      ...media,
      url: `${channel.graphUrl}/file?x=1`,
      sha256,
    });
    assert.deepEqual(got, { kind: "downloaded", bytes, mimeType: "image/png" });
  }
  assert.equal(seen[0]?.headers.authorization, "Bearer EAAsecret");
  assert.equal(seen[0]?.path, "/file?x=1");
});

test("the access token is sent to no other host", async (t) => {
  const { channel, graph, seen } = await graphServer(t, serve);
  const { port } = new URL(channel.graphUrl);
  for (const url of [
    `http://localhost:${port}/file`,
    `http://127.0.0.1:${port}1/file`,
    "http://lookaside.fbsbx.com/x",
    "https://lookaside.fbsbx.com.example.org/x",
    "https://lookaside.fbsbx.com@127.0.0.1/x",
    "file:///etc/passwd",
    "nonsense",
  ]) {
    const got = await downloadMedia(graph, channel, { ...media, url });
    assert.deepEqual(got, { kind: "refused", reason: "untrusted_host" }, url);
  }
  assert.equal(seen.length, 0);
});

test("what is too large, damaged or gone is not taken", async (t) => {
  const { channel, graph } = await graphServer(t, (seen, response, request) =>
    seen.path === "/gone" ? response.writeHead(404).end() : serve(seen, response, request),
  );
  const get = (path: string, more: object, maxBytes?: number) =>
    downloadMedia(graph, channel, { ...media, url: channel.graphUrl + path, ...more }, maxBytes);
  assert.deepEqual(await get("/f", { size: 101 }, 100), { kind: "refused", reason: "too_large" });
  assert.deepEqual(await get("/f", {}, 10), { kind: "refused", reason: "too_large" });
  assert.deepEqual(await get("/f", { sha256: "AAAA" }), { kind: "refused", reason: "wrong_digest" });
  assert.deepEqual(await get("/gone", {}), { kind: "expired" });
});
