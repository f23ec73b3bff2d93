import assert from "node:assert/strict";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { OutboundFile } from "../../../../../src/channels/outbound_file.ts";
import { uploadMedia } from "../../../../../src/channels/whatsapp/outbound/upload_media.ts";
import { until } from "../../../../support/until.ts";
import { graphServer, json } from "./graph_server.ts";

const bytes = Buffer.from("a small picture");

const aFile = (given: Partial<OutboundFile> = {}): OutboundFile => ({
  mimeType: "image/png",
  filename: "a.png",
  size: bytes.length,
  open: async () => Readable.from([bytes]),
  ...given,
});

test("a file is uploaded as multipart with its length, and its name and type cannot break the frame", async (t) => {
  const { channel, graph, seen } = await graphServer(t, json(200, { id: 1003383421387256 }));
  const file = aFile({ filename: 'á"\r\nx: y.png', mimeType: "image/png\r\nx: y" });
  assert.deepEqual(await uploadMedia(graph, channel, file), {
    kind: "uploaded",
    providerMediaId: "1003383421387256",
    keptForMs: 30 * 24 * 60 * 60_000,
  });
  const [request] = seen;
  assert.equal(request?.path, "/v25.0/604211900871234/media");
  assert.equal(Number(request?.headers["content-length"]), request?.body.length);
  const form = await new Response(request?.body, {
    headers: { "content-type": request?.headers["content-type"] ?? "" },
  }).formData();
  assert.deepEqual([...form.keys()], ["messaging_product", "type", "file"]);
  assert.equal(form.get("messaging_product"), "whatsapp");
  assert.equal(form.get("type"), "image/pngx: y");
  const uploaded = form.get("file");
  assert.ok(uploaded instanceof File);
  assert.equal(uploaded.name, 'á"\r\nx: y.png');
  assert.deepEqual(Buffer.from(await uploaded.arrayBuffer()), bytes);
});

test("a file that Meta refuses is rejected with its error", async (t) => {
  const refusal = { error: { code: 131053, message: "Media upload error" } };
  const { channel, graph } = await graphServer(t, json(400, refusal));
  const outcome = await uploadMedia(graph, channel, aFile({ filename: null }));
  assert.deepEqual(outcome, {
    kind: "rejected",
    code: "131053",
    title: "Media upload error",
    details: "Media upload error",
    mayLackMedia: true,
  });
});

test("an upload that is given up in its middle is not sent to its end, and may be repeated", async (t) => {
  const { channel, graph } = await graphServer(t, json(200, { id: "1" }));
  const stopping = new AbortController();
  const endless = async function* () {
    for (;;) {
      yield Buffer.alloc(1_000);
      await delay(5);
      stopping.abort();
    }
  };
  const file = aFile({ size: 100_000_000, open: async () => Readable.from(endless()) });
  assert.deepEqual(await uploadMedia(graph, channel, file, stopping.signal), {
    kind: "uncertain",
    code: null,
    reason: "ABORTED",
  });
});

test("a file that cannot be read is an error, whether it cannot be opened or breaks off", async (t) => {
  const { channel, graph } = await graphServer(t, json(200, { id: "1" }));
  const broken = async function* () {
    yield bytes.subarray(0, 4);
    throw new Error("disk failure");
  };
  for (const open of [() => Promise.reject(new Error("disk failure")), async () => Readable.from(broken())])
    await assert.rejects(uploadMedia(graph, channel, aFile({ open })), /disk failure/);
});

test("a file that is shorter than its row says is not uploaded", async (t) => {
  const { channel, graph } = await graphServer(t, json(200, { id: "1" }));
  const outcome = await uploadMedia(graph, channel, aFile({ size: bytes.length + 1 }));
  assert.deepEqual(outcome, { kind: "uncertain", code: null, reason: "UND_ERR_REQ_CONTENT_LENGTH_MISMATCH" });
});

/** A server that passes each request on as soon as its headers have arrived. */
async function server(t: TestContext, handle: (request: IncomingMessage) => void): Promise<string> {
  const listening = createServer(handle);
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    listening.closeAllConnections();
    listening.close();
  });
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

test("a file is read no faster than Meta takes it, and is closed when Meta hangs up", async (t) => {
  let request: IncomingMessage | undefined;
  const graphUrl = await server(t, (arrived) => {
    request = arrived;
  });
  const { channel, graph } = await graphServer(t, json(200, { id: "1" }));
  let read = 0;
  const stream = new Readable({
    read(size) {
      read += size;
      this.push(Buffer.alloc(size));
    },
  });
  const file = aFile({ size: 1e9, open: async () => stream });
  const upload = uploadMedia(graph, { ...channel, graphUrl }, file);
  await until("the request to stall", async () => {
    const before = read;
    await delay(50);
    return request !== undefined && read === before;
  });
  assert.ok(read < 20e6, `${read} bytes were read although nothing was taken`);
  request!.socket.destroy();
  assert.equal((await upload).kind, "uncertain");
  await until("the file to be closed", () => stream.destroyed);
});
