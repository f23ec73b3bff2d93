import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { test } from "node:test";
import express from "express";
import { readInTime } from "../../../src/http/read_in_time.ts";

test("a client that does not read its answer is disconnected; readers and event streams are not", async () => {
  const app = express();
  app.use(readInTime(2_000));
  app.get("/large", (_request, response) => {
    response.send("x".repeat(15_000_000));
  });
  app.get("/stream", (_request, response) => {
    response.type("text/event-stream").write(": hello\n\n");
  });
  const server = createServer(app);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  try {
    const idle = connect(port, "127.0.0.1").pause();
    const [socket] = await once(server, "connection");
    idle.write("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(socket, "close");
    idle.destroy();

    assert.equal((await (await fetch(`http://127.0.0.1:${port}/large`)).text()).length, 15_000_000);

    const stream = new AbortController();
    const opened = await fetch(`http://127.0.0.1:${port}/stream`, { signal: stream.signal });
    await new Promise((resolve) => setTimeout(resolve, 2_200));
    const reader = opened.body!.getReader();
    assert.equal((await reader.read()).done, false);
    stream.abort();
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
