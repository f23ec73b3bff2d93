import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import express from "express";
import { ParleyError } from "../../../../src/base/errors.ts";
import { type AccountActions, accountRoutes } from "../../../../src/http/account/account_routes.ts";

const calls: unknown[][] = [];
const actions: AccountActions = {
  async joinTenant(acceptance) {
    calls.push(["join", acceptance]);
    if (acceptance.password === "wrong") throw new ParleyError("PYSGN", "Wrong <b>password</b>");
  },
  async resetPassword(reset, origin) {
    calls.push(["reset", reset, origin.source]);
  },
};
const app = express();
app.use(accountRoutes(actions, () => "a source"));
const server = createServer(app);
before(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
after(() => {
  server.closeAllConnections();
  server.close();
});

const ask = (path: string, body?: Record<string, string> | string) =>
  fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, {
    ...(body !== undefined && { method: "POST", body: new URLSearchParams(body) }),
  });

test("a page shows a form and does nothing, whatever its token is", async () => {
  for (const path of ["/account/invitation", "/account/password"]) {
    const response = await ask(`${path}?token=${encodeURIComponent('"><script>alert(1)</script>')}`);
    const html = await response.text();
    assert.equal(response.status, 200);
    assert.match(html, /<form method="post">/);
    assert.match(html, /name="token" value="&quot;&gt;&lt;script&gt;/);
    assert.doesNotMatch(html, /<script/);
    const policy = response.headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'.*form-action 'self'; frame-ancestors 'none'/);
    assert.equal(response.headers.get("cache-control"), "no-store");
    assert.match(response.headers.get("content-type") ?? "", /^text\/html/);
    assert.equal((await ask(`${path}?token=a&token=b`)).status, 200);
  }
  assert.deepEqual(calls, []);
});

test("submitting a form does what it says, and shows why it does not", async () => {
  const joined = await ask("/account/invitation", { token: "t", name: "", password: "right" });
  assert.match(await joined.text(), /You are a member now/);
  const reset = await ask("/account/password?token=t", { token: "t", password: "a new one" });
  assert.match(await reset.text(), /Password changed/);
  assert.deepEqual(calls.splice(0), [
    ["join", { token: "t", password: "right" }],
    ["reset", { token: "t", newPassword: "a new one" }, "a source"],
  ]);

  const wrong = await ask("/account/invitation", { token: "t&quot", name: "Ann", password: "wrong" });
  const html = await wrong.text();
  assert.equal(wrong.status, 401);
  assert.match(html, /<p role="alert">Wrong &lt;b&gt;password/);
  assert.match(html, /value="t&amp;quot"/, "to try again");
  assert.doesNotMatch(html, /"wrong"|"Ann"/);
  assert.equal((await ask("/account/password", "password=a&password=b&token=t")).status, 200);
  assert.deepEqual(calls.at(-1), ["reset", { token: "t", newPassword: "" }, "a source"]);
  assert.equal((await ask("/account/password", { token: "x".repeat(10_000) })).status, 413);
});

test("with a console, links lead to its pages, which get the token where no server logs it", async (t) => {
  const withConsole = createServer(express().use(accountRoutes(actions, () => "", { hasConsole: true })));
  await new Promise<void>((resolve) => withConsole.listen(0, "127.0.0.1", resolve));
  t.after(() => withConsole.close());
  const base = `http://127.0.0.1:${(withConsole.address() as AddressInfo).port}`;
  for (const name of ["invitation", "password"]) {
    const response = await fetch(`${base}/account/${name}?token=t0k-en_`, { redirect: "manual" });
    assert.equal(response.status, 303);
    assert.equal(response.headers.get("location"), `/console/${name}#t0k-en_`);
    assert.equal(response.headers.get("cache-control"), "no-store");
  }
});
