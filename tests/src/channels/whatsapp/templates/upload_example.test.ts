import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { test } from "node:test";
import type { JsonObject } from "../../../../../src/base/json/json.ts";
import { withHandles } from "../../../../../src/channels/whatsapp/templates/example_files.ts";
import { uploadExample } from "../../../../../src/channels/whatsapp/templates/upload_example.ts";
import { graphServer, json } from "../outbound/graph_server.ts";

const BYTES = randomBytes(1000);
const file = {
  mimeType: "image/png",
  filename: "loaf of bread.png",
  size: BYTES.length,
  open: async (start = 0) => Readable.from([BYTES.subarray(start)]),
};

test("an upload that breaks off goes on from the byte that is missing", async (t) => {
  const { channel, graph, seen } = await graphServer(t, (request, response, incoming) => {
    const { method, path } = request;
    if (path === "/v25.0/app?fields=id") return json(200, { id: "77" })(request, response, incoming);
    if (path.startsWith("/v25.0/77/uploads?"))
      return json(200, { id: "upload:abc" })(request, response, incoming);
    if (method === "GET") return json(200, { file_offset: 400 })(request, response, incoming);
    if (request.headers.file_offset === "0") return incoming.socket.destroy();
    return json(200, { h: "4::handle" })(request, response, incoming);
  });
  assert.deepEqual(await uploadExample(graph, channel, file), { kind: "handle", handle: "4::handle" });
  assert.deepEqual(
    seen.map(({ method, path, headers }) => [method, path.replace(/\?.*/, ""), headers.file_offset]),
    [
      ["GET", "/v25.0/app", undefined],
      ["POST", "/v25.0/77/uploads", undefined],
      ["POST", "/v25.0/upload:abc", "0"],
      ["GET", "/v25.0/upload:abc", undefined],
      ["POST", "/v25.0/upload:abc", "400"],
    ],
  );
  const query = new URLSearchParams(seen[1]!.path.split("?")[1]);
  assert.deepEqual(Object.fromEntries(query), {
    file_name: "loaf of bread.png",
    file_length: "1000",
    file_type: "image/png",
  });
  assert.ok(seen[4]!.body.equals(BYTES.subarray(400)));
  assert.equal(seen[4]!.headers.authorization, `OAuth ${channel.accessToken}`);
});

test("what Meta refuses is a failure; nothing is uploaded", async (t) => {
  const refusal = { error: { code: 190, message: "Expired" } };
  const { channel, graph, seen } = await graphServer(t, json(401, refusal));
  assert.equal((await uploadExample(graph, channel, file)).kind, "channel_stopped");
  assert.equal(seen.length, 1);
});

test("handles take the place of media ids, in cards, too", () => {
  const header = (example: JsonObject) => ({ type: "HEADER", format: "IMAGE", example });
  const handles = new Map([["id", "handle"]]);
  const components = [
    header({ media_id: "id" }),
    { type: "CAROUSEL", cards: [{ components: [header({ media_id: "id" })] }] },
  ];
  const replaced = header({ header_handle: ["handle"] });
  assert.deepEqual(withHandles(components, handles), [
    replaced,
    { type: "CAROUSEL", cards: [{ components: [replaced] }] },
  ]);
  assert.deepEqual(withHandles([header({ header_handle: ["its own"] })], handles), [
    header({ header_handle: ["its own"] }),
  ]);
});
