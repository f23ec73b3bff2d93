import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { type TestContext, test } from "node:test";
import express from "express";
import { receiveInTime } from "../../../src/http/receive_in_time.ts";

/** A server that answers when the body has ended; sends it a request, and returns the answer until the connection ends. */
async function exchange(t: TestContext, request: string): Promise<string> {
  const app = express();
  app.use(receiveInTime(100));
  app.use(
    (request, response) => void request.resume().once("end", () => setTimeout(() => response.end("ok"), 150)),
  );
  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  let answer = "";
  socket.on("data", (chunk) => (answer += chunk));
  socket.write(request);
  await once(socket, "close");
  return answer;
}

test("a body that does not arrive is answered with 408", async (t) => {
  const answer = await exchange(t, "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nab");
  assert.match(answer, /^HTTP\/1.1 408 [\s\S]*"code":"PYTIM"/);
});

test("so is one without a length", async (t) => {
  const answer = await exchange(
    t,
    "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n",
  );
  assert.match(answer, /^HTTP\/1.1 408 /);
});

test("a body that has arrived, or is not there, gives the answer time", async (t) => {
  for (const [length, body] of [
    ["0", ""],
    ["5", "abcde"],
  ]) {
    const request = `POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${length}\r\n\r\n${body}`;
    assert.match(await exchange(t, request), /^HTTP\/1.1 200 /);
  }
});

test("an answer that does not wait for the body does not keep the connection", async (t) => {
  const app = express();
  app.use(receiveInTime(100), (_request, response) => void response.status(404).end());
  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.resume();
  socket.write("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n");
  const trickle = setInterval(() => socket.write("x"), 20);
  socket.on("error", () => {});
  await once(socket, "close");
  clearInterval(trickle);
});
