import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { createGuardedFetch, type GuardedFetchOptions } from "../../../../src/http/guarded/guarded_fetch.ts";

/** A server on every loopback address, for the length of one test. */
async function serve(
  t: TestContext,
  listener: RequestListener,
): Promise<{ port: number; seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, seen };
}

function guarded(t: TestContext, options: GuardedFetchOptions = {}) {
  const http = createGuardedFetch(options);
  t.after(() => http.close());
  return (url: string, more: { method?: string; headers?: Record<string, string>; body?: string } = {}) =>
    http.fetch({ method: "GET", url, ...more });
}

const hello: RequestListener = (_request, response) => {
  response.writeHead(200, { "content-type": "application/json" }).end('{"hello":1}');
};

test("no spelling of loopback gets through", async (t) => {
  const { port, seen } = await serve(t, hello);
  const get = guarded(t, { ports: [port], allowsPlainHttp: true });
  for (const host of [
    "127.0.0.1",
    "localhost",
    "LOCALHOST",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "127.1",
    "0",
    "0.0.0.0",
    "127.0.0.1.",
    "①②⑦.0.0.1",
    "[::1]",
    "[::]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:7f00:0001]",
    "[64:ff9b::7f00:1]",
  ]) {
    const reply = await get(`http://${host}:${port}/`);
    assert.deepEqual(reply, { kind: "refused", reason: "private_address" }, host);
  }
  assert.equal(seen.length, 0);
});

test("the configuration may allow a private host, with or without its port", async (t) => {
  const { port } = await serve(t, hello);
  for (const allowed of ["127.0.0.1", `127.0.0.1:${port}`]) {
    const reply = await guarded(t, { allowedHosts: [allowed] })(`http://127.0.0.1:${port}/x`);
    assert.ok(reply.kind === "response");
    assert.deepEqual([reply.status, String(reply.body)], [200, '{"hello":1}']);
  }
  const byName = await guarded(t, { allowedHosts: ["localhost"] })(`http://localhost:${port}/`);
  assert.equal(byName.kind, "response");
  const otherPort = await guarded(t, { allowedHosts: ["127.0.0.1:1"] })(`https://127.0.0.1:${port}/`);
  assert.deepEqual(otherPort, { kind: "refused", reason: "port" });
});

test("the URL itself must be valid", async (t) => {
  const get = guarded(t);
  for (const [url, reason] of [
    ["nonsense", "invalid_url"],
    ["ftp://example.org/", "scheme"],
    ["file:///etc/passwd", "scheme"],
    ["http://example.org/", "scheme"],
    ["https://example.org:22/", "port"],
    ["https://user:secret@example.org/", "credentials"],
    ["https://169.254.169.254/latest/meta-data", "private_address"],
  ] as const) {
    assert.deepEqual(await get(url), { kind: "refused", reason }, url);
  }
});

test("redirects are followed, three at most, and each is checked", async (t) => {
  const { port } = await serve(t, (request, response) => {
    const left = Number(request.url?.slice(1));
    if (request.url === "/out") response.writeHead(302, { location: "http://169.254.169.254/" }).end();
    else if (request.url === "/elsewhere")
      response.writeHead(302, { location: `http://localhost:${port}/0` }).end();
    else if (left > 0) response.writeHead(302, { location: `/${left - 1}` }).end();
    else hello(request, response);
  });
  const get = guarded(t, { allowedHosts: ["127.0.0.1"] });
  const reply = await get(`http://127.0.0.1:${port}/3`);
  assert.ok(reply.kind === "response");
  assert.equal(reply.url, `http://127.0.0.1:${port}/0`);
  assert.deepEqual(await get(`http://127.0.0.1:${port}/4`), {
    kind: "refused",
    reason: "too_many_redirects",
  });
  assert.equal((await get(`http://127.0.0.1:${port}/out`)).kind, "refused");
  assert.equal((await get(`http://127.0.0.1:${port}/elsewhere`)).kind, "refused");
});

test("another origin gets neither the caller's headers nor the body", async (t) => {
  const target = await serve(t, hello);
  const source = await serve(t, (request, response) => {
    response.writeHead(Number(request.url?.slice(1)), { location: `http://localhost:${target.port}/` }).end();
  });
  const get = guarded(t, { allowedHosts: ["localhost"] });
  const headers = { Authorization: "Bearer t", "X-Api-Key": "k", Cookie: "c", Accept: "application/json" };
  const url = (status: number) => `http://localhost:${source.port}/${status}`;
  assert.equal((await get(url(302), { method: "POST", body: "{}", headers })).kind, "response");
  const [request] = target.seen;
  assert.equal(request?.method, "GET");
  assert.equal(request?.headers.accept, "application/json");
  for (const name of ["authorization", "x-api-key", "cookie"])
    assert.equal(request?.headers[name], undefined);
  assert.equal(source.seen[0]?.headers.authorization, "Bearer t");
  const kept = await get(url(307), { method: "POST", body: "{}" });
  assert.deepEqual(kept, { kind: "refused", reason: "leaks_body" });
});

test("a credential does not reach another origin in a header of any name", async (t) => {
  const target = await serve(t, hello);
  const source = await serve(t, (_request, response) => {
    response.writeHead(302, { location: `http://localhost:${target.port}/` }).end();
  });
  const get = guarded(t, { allowedHosts: ["localhost"] });
  const names = ["user-agent", "accept", "accept-language", "content-type", "range", "x-anything"];
  for (const secret of ["the-owners-token", "Bearer abc", "en-token", "text/html, the-owners-token"])
    for (const name of names) {
      assert.equal(
        (await get(`http://localhost:${source.port}/`, { headers: { [name]: secret } })).kind,
        "response",
      );
      assert.equal(source.seen.at(-1)?.headers[name], secret);
      assert.ok(!JSON.stringify(target.seen.at(-1)?.headers).includes(secret), name);
    }
  const headers = { accept: "application/json;q=0.9, text/plain", "accept-language": "en-GB, de;q=0.5" };
  await get(`http://localhost:${source.port}/`, { headers });
  assert.deepEqual({ ...target.seen.at(-1)?.headers, ...headers }, target.seen.at(-1)?.headers);
});

test("within an origin a redirect keeps headers, and 307 the body", async (t) => {
  const bodies: string[] = [];
  const { port, seen } = await serve(t, (request, response) => {
    if (request.url === "/a") response.writeHead(307, { location: "/b" }).end();
    else request.on("data", (chunk) => bodies.push(String(chunk))).on("end", () => hello(request, response));
  });
  const get = guarded(t, { allowedHosts: ["localhost"] });
  const reply = await get(`http://localhost:${port}/a`, {
    method: "POST",
    body: "hi",
    headers: { "x-api-key": "k" },
  });
  assert.equal(reply.kind, "response");
  assert.deepEqual(bodies, ["hi"]);
  assert.equal(seen[1]?.headers["x-api-key"], "k");
});

test("responses are bounded in size, time, type and encoding", async (t) => {
  const { port } = await serve(t, (request, response) => {
    if (request.url === "/huge")
      response.writeHead(200, { "content-type": "text/plain" }).end("x".repeat(2000));
    else if (request.url === "/exe")
      response.writeHead(200, { "content-type": "application/x-exe" }).end("x");
    else if (request.url === "/untyped") response.end("x");
    else if (request.url === "/gzip")
      response.writeHead(200, { "content-type": "text/plain", "content-encoding": "gzip" }).end("x");
    else if (request.url === "/empty") response.writeHead(204).end();
    else if (request.url === "/problem")
      response.writeHead(422, { "content-type": "application/problem+json; charset=utf-8" }).end("{}");
    else if (request.url === "/slow") response.writeHead(200, { "content-type": "text/plain" }).write("x");
  });
  const get = guarded(t, { allowedHosts: ["localhost"], maxBytes: 1000, timeoutMs: 300 });
  const at = (path: string) => get(`http://localhost:${port}${path}`);
  assert.deepEqual(await at("/huge"), { kind: "refused", reason: "too_large" });
  assert.deepEqual(await at("/exe"), { kind: "refused", reason: "content_type" });
  assert.deepEqual(await at("/untyped"), { kind: "refused", reason: "content_type" });
  assert.deepEqual(await at("/gzip"), { kind: "refused", reason: "content_encoding" });
  const statuses = [await at("/empty"), await at("/problem")].map(
    (reply) => reply.kind === "response" && reply.status,
  );
  assert.deepEqual(statuses, [204, 422]);
  assert.deepEqual(await at("/slow"), { kind: "failed", reason: "timeout" });
  assert.deepEqual(await at("/silent"), { kind: "failed", reason: "timeout" });
});

test("a caller cannot set the headers that steer the connection", async (t) => {
  const { port, seen } = await serve(t, hello);
  const get = guarded(t, { allowedHosts: ["localhost"] });
  await get(`http://localhost:${port}/`, {
    headers: { Host: "internal", "Accept-Encoding": "gzip", "Proxy-X": "1" },
  });
  assert.equal(seen[0]?.headers.host, `localhost:${port}`);
  assert.equal(seen[0]?.headers["accept-encoding"], "identity");
  assert.equal(seen[0]?.headers["proxy-x"], undefined);
  const split = await get(`http://localhost:${port}/`, { headers: { "x-a": "1\r\nx-b: 2" } });
  assert.equal(split.kind, "failed");
});

test("a dead host is a failure, not an exception", async (t) => {
  const get = guarded(t, { allowedHosts: ["127.0.0.1"] });
  assert.deepEqual(await get("http://127.0.0.1:1/"), { kind: "failed", reason: "ECONNREFUSED" });
  assert.equal((await get("https://no-such-host.invalid/")).kind, "failed");
});
