import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { Router } from "express";
import { readConfig } from "../../../src/base/config.ts";
import { ParleyError } from "../../../src/base/errors.ts";
import { createLog } from "../../../src/base/log.ts";
import { startServer } from "../../../src/http/server.ts";

/** A server on a free port whose `/graphql` is the test's own; and what it has logged. */
async function serve(
  t: TestContext,
  routes: (router: Router) => void = () => {},
  env: Record<string, string> = {},
) {
  const lines: Record<string, unknown>[] = [];
  const log = createLog("debug", { write: (line) => void lines.push(JSON.parse(line)) });
  const router = Router();
  routes(router);
  const server = await startServer(
    {
      home: (_request, response) => void response.send("home"),
      health: Router(),
      metrics: (_request, response) => void response.send("metrics"),
      account: Router(),
      webhooks: Router(),
      callbacks: Router(),
      media: Router(),
      imports: Router(),
      exports: Router(),
      graphql: { mount: (app) => void app.use("/graphql", router) },
    },
    readConfig({ PORT: "0", ...env }),
    log,
  );
  t.after(() => {
    server.stopAccepting();
    return server.drain(0);
  });
  return { ...server, lines };
}

test("answers reveal no internal details", async (t) => {
  const { url, lines } = await serve(t, (router) => {
    router.get("/broken", () => {
      throw new Error("secret thing at /etc/passwd");
    });
    router.get("/refused", () => {
      throw new ParleyError("PYDEN", "a person's name");
    });
    router.get("/late", (_request, response) => {
      response.write("half");
      throw new Error("secret thing");
    });
  });
  const answer = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(url + path, { headers });
    return { status: response.status, id: response.headers.get("x-request-id"), text: await response.text() };
  };

  const broken = await answer("/graphql/broken", { "x-request-id": "proxy-1234" });
  assert.deepEqual([broken.status, broken.id], [500, "proxy-1234"]);
  assert.deepEqual(JSON.parse(broken.text).error.code, "PYINT");
  assert.equal(JSON.parse(broken.text).error.requestId, "proxy-1234");
  assert.doesNotMatch(broken.text, /secret|\/etc|at /);
  assert.ok(
    lines.some(
      ({ requestId, err }) => requestId === "proxy-1234" && JSON.stringify(err).includes("secret thing"),
    ),
  );

  const refused = await answer("/graphql/refused");
  assert.deepEqual([refused.status, JSON.parse(refused.text).error.code], [403, "PYDEN"]);
  assert.doesNotMatch(refused.text, /person's name/);

  const missing = await answer("/nothing/here");
  assert.deepEqual([missing.status, JSON.parse(missing.text).error.code], [404, "PYNFD"]);
  const forged = await answer("/", { "x-request-id": "a".repeat(1000) });
  assert.match(forged.id ?? "", /^[0-9a-f-]{36}$/, "an id that is too long is replaced");
  await assert.rejects(answer("/graphql/late"), "half an answer is cut, not finished");
});

test("the log has no query, no body and no customer's number", async (t) => {
  const { url, lines } = await serve(t);
  await fetch(`${url}/webhooks/whatsapp/x?hub.verify_token=s3cr3t`);
  await fetch(`${url}/sandbox/api/numbers/1/chats/15557770001`, { method: "POST", body: "s3cr3t" });
  assert.doesNotMatch(JSON.stringify(lines), /s3cr3t|15557770001/);
  assert.ok(lines.some(({ path }) => path === "/webhooks/whatsapp/x"));
});

test("headers say what a browser must not do; strict transport only behind https", async (t) => {
  const plain = await fetch((await serve(t)).url);
  assert.equal(plain.headers.get("x-content-type-options"), "nosniff");
  assert.equal(plain.headers.get("x-frame-options"), "DENY");
  assert.equal(plain.headers.get("x-powered-by"), null);
  assert.equal(plain.headers.get("strict-transport-security"), null);
  const behind = await serve(t, undefined, { PUBLIC_URL: "https://parley.example.com" });
  assert.match((await fetch(behind.url)).headers.get("strict-transport-security") ?? "", /max-age/);
});

test("a port in use, or a foreign address, is reported in one sentence", async (t) => {
  const { port } = await serve(t);
  await assert.rejects(serve(t, undefined, { PORT: String(port) }), {
    code: "PYUNA",
    message: /^Port \d+ of 127.0.0.1 is in use/,
  });
  await assert.rejects(serve(t, undefined, { HOST: "203.0.113.7" }), {
    code: "PYUNA",
    message: /has no address/,
  });
});

test("a slow client is disconnected after ten seconds", async (t) => {
  const { port } = await serve(t);
  const begin = Date.now();
  const socket = connect(port, "127.0.0.1");
  socket.write("GET / HTTP/1.1\r\nHost: x\r\n");
  const drip = setInterval(() => socket.write("X-Slow: 1\r\n"), 500);
  let answer = "";
  socket.setEncoding("utf8").on("data", (text: string) => (answer += text));
  socket.on("error", () => {});
  await once(socket, "close");
  clearInterval(drip);
  assert.match(answer, /^HTTP\/1.1 408/);
  assert.ok(Date.now() - begin < 14_000);
});

test("stopping waits for requests in progress up to a limit, and not for event streams", async (t) => {
  const { url, stopAccepting, drain } = await serve(t, (router) => {
    router.get("/slow", (_request, response) => void setTimeout(() => response.send("done"), 400));
    router.get("/endless", () => {});
    router.get("/stream", (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n");
    });
  });
  const stream = await fetch(`${url}/graphql/stream`);
  const slow = fetch(`${url}/graphql/slow`).then((response) => response.text());
  await new Promise((resolve) => setTimeout(resolve, 100));
  stopAccepting();
  const begin = Date.now();
  await drain(5_000);
  assert.equal(await slow, "done");
  assert.ok(Date.now() - begin < 2_000);
  await assert.rejects(stream.text());
  await assert.rejects(fetch(url), "nobody new is let in");
});

test("requests that do not end are cut at the timeout", async (t) => {
  const { url, stopAccepting, drain } = await serve(t, (router) => {
    router.get("/endless", () => {});
  });
  const endless = fetch(`${url}/graphql/endless`);
  endless.catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 100));
  stopAccepting();
  await drain(200);
  await assert.rejects(endless);
});

test("an answer given while stopping ends its connection, which would bring more requests", async (t) => {
  const begun = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const { url, stopAccepting } = await serve(t, (router) => {
    router.get("/slow", async (_request, response) => {
      begun.resolve();
      await released.promise;
      response.send("slow");
    });
  });
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  t.after(() => socket.destroy());
  let received = "";
  socket.setEncoding("utf8").on("data", (part: string) => (received += part));
  socket.write("GET /graphql/slow HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  await begun.promise;
  stopAccepting();
  released.resolve();
  await once(socket, "end");
  assert.match(received, /^HTTP\/1\.1 200 .*\r\nConnection: close\r\n.*slow$/s);
});

test("pages of the origins in CORS_ORIGINS may use the API, and those of others may not", async (t) => {
  const page = "https://inbox.example.com";
  const routes = (router: Router) => void router.post("/", (_request, response) => void response.send("{}"));
  const { url } = await serve(t, routes, { CORS_ORIGINS: `${page}, http://localhost:5173` });
  const preflight = (path: string, origin: string) =>
    fetch(url + path, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
      },
    });
  for (const path of ["/graphql", "/media"]) {
    const { status, headers } = await preflight(path, page);
    assert.equal(status, 204, path);
    assert.equal(headers.get("access-control-allow-origin"), page);
    assert.match(headers.get("access-control-allow-headers") ?? "", /authorization,content-type/);
    assert.equal(headers.get("access-control-max-age"), "7200");
    assert.equal(headers.get("access-control-allow-credentials"), null);
    assert.match(headers.get("vary") ?? "", /Origin/);
    assert.equal(
      (await preflight(path, "https://evil.example")).headers.get("access-control-allow-origin"),
      null,
    );
  }
  const answer = await fetch(`${url}/graphql`, { method: "POST", headers: { origin: page } });
  assert.equal(answer.headers.get("access-control-allow-origin"), page);
  assert.match(answer.headers.get("access-control-expose-headers") ?? "", /x-request-id/);
  assert.equal((await preflight("/health", page)).headers.get("access-control-allow-origin"), null);

  const closed = await serve(t, routes);
  const refused = await fetch(`${closed.url}/graphql`, { method: "POST", headers: { origin: page } });
  assert.equal(refused.headers.get("access-control-allow-origin"), null);
});
