import assert from "node:assert/strict";
import { get } from "node:http";
import { hostname } from "node:os";
import { type TestContext, test } from "node:test";
import { Router } from "express";
import { readConfig } from "../../../src/base/config.ts";
import { createLog } from "../../../src/base/log.ts";
import { ownHosts } from "../../../src/http/own_host.ts";
import { startServer } from "../../../src/http/server.ts";

const isOwn = (host: string | undefined, env: Record<string, string> = {}) =>
  ownHosts(readConfig(env))({ headers: host === undefined ? {} : { host } });

test("in development a request has to name this machine", () => {
  const names = ["localhost", "LocalHost:4000", "a.localhost:4000", "localhost.", hostname()];
  const addresses = ["127.0.0.1:4000", "192.168.1.20", "[::1]:4000", "0.0.0.0"];
  for (const host of [...names, ...addresses, undefined]) assert.ok(isOwn(host), host);
  const others = [
    "rebind.example.com",
    "rebind.example.com:4000",
    "localhost.example.com",
    "127.0.0.1.example.com",
    "",
    "a b",
  ];
  for (const host of others) assert.ok(!isOwn(host), host);
});

test("HOST and PUBLIC_URL are names of its own", () => {
  assert.ok(isOwn("dev.example.com:4000", { HOST: "Dev.example.com" }));
  assert.ok(isOwn("tunnel.example.com", { PUBLIC_URL: "https://tunnel.example.com/parley" }));
  assert.ok(!isOwn("other.example.com", { PUBLIC_URL: "https://tunnel.example.com/parley" }));
});

test("in production a proxy decides", () => {
  assert.ok(isOwn("any.example.com", { NODE_ENV: "production" }));
});

async function statusesOf(t: TestContext, host: string): Promise<Record<string, number | undefined>> {
  const answering = () => Router().use((_request, response) => void response.send("ok"));
  const server = await startServer(
    {
      home: (_request, response) => void response.send("home"),
      metrics: (_request, response) => void response.send("metrics"),
      ...{ health: answering(), webhooks: answering(), callbacks: answering(), media: answering() },
      ...{ imports: answering(), exports: answering() },
      account: Router(),
      sandbox: { phoneRouter: answering(), graphRouter: answering() },
      graphql: { mount: (app) => void app.use("/graphql", answering()) },
    },
    readConfig({ PORT: "0" }),
    createLog("silent"),
  );
  t.after(() => {
    server.stopAccepting();
    return server.drain(0);
  });
  const paths = [
    "/",
    "/graphql",
    "/sandbox",
    "/sandbox/graph/v25.0/1",
    "/metrics",
    "/health/live",
    "/webhooks/x",
    "/callbacks/x",
  ];
  const answers = paths.map(
    (path) =>
      new Promise<[string, number | undefined]>((resolve, reject) => {
        const asked = get({ host: "127.0.0.1", port: server.port, path, headers: { host } }, (response) => {
          response.resume();
          resolve([path, response.statusCode]);
        });
        asked.on("error", reject);
      }),
  );
  return Object.fromEntries(await Promise.all(answers));
}

test("under another host name only health, webhooks and callbacks are answered", async (t) => {
  assert.deepEqual(await statusesOf(t, "rebind.example.com:4000"), {
    "/": 421,
    "/graphql": 421,
    "/sandbox": 421,
    "/sandbox/graph/v25.0/1": 421,
    "/metrics": 421,
    "/health/live": 200,
    "/webhooks/x": 200,
    "/callbacks/x": 200,
  });
  const own = await statusesOf(t, "localhost:4000");
  assert.deepEqual(new Set(Object.values(own)), new Set([200]));
});
