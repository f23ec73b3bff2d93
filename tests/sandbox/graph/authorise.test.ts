import assert from "node:assert/strict";
import { test } from "node:test";
import { firstNumber, hello, NUMBER, setStage } from "../stage.ts";

test("a wrong token is 190 with HTTP 401 and subcode 463", async (t) => {
  const { graph } = await setStage(t);
  const { status, body } = await graph("POST", `${NUMBER}/messages`, hello, "stolen");
  assert.equal(status, 401);
  assert.equal(body.error?.code, 190);
  assert.equal(body.error?.error_subcode, 463);
});

test("no token at all is 190 with HTTP 401", async (t) => {
  const { sandbox } = await setStage(t);
  const response = await fetch(`${sandbox.url}/v25.0/${NUMBER}`);
  assert.equal(response.status, 401);
});

test("an id that does not exist is HTTP 400, code 100, subcode 33", async (t) => {
  const { graph } = await setStage(t);
  for (const [method, path] of [
    ["POST", "999/messages"],
    ["GET", "999"],
    ["DELETE", "999"],
    ["GET", "999/message_templates"],
    ["GET", "999/subscribed_apps"],
  ] as const) {
    const { status, body } = await graph(method, path);
    assert.deepEqual(
      [status, body.error?.code, body.error?.error_subcode],
      [400, 100, 33],
      `${method} ${path}`,
    );
  }
});

test("a token is good for its own number only, and the others look as if they did not exist", async (t) => {
  const { sandbox, receiver, graph } = await setStage(t);
  sandbox.addNumber({ ...firstNumber(receiver.url), phoneNumberId: "2", accessToken: "second" });
  const { body } = await graph("GET", NUMBER, undefined, "second");
  assert.equal(body.error?.error_subcode, 33);
  assert.equal((await graph("GET", "2", undefined, "second")).status, 200);
});

test("a number that is added again takes its new token, and the old one is over", async (t) => {
  const { sandbox, receiver, graph } = await setStage(t);
  sandbox.addNumber({ ...firstNumber(receiver.url), accessToken: "rotated" });
  assert.equal((await graph("GET", NUMBER)).body.error?.code, 190);
  assert.equal((await graph("GET", NUMBER, undefined, "rotated")).status, 200);
});

test("a number returns only the requested fields", async (t) => {
  const { graph } = await setStage(t);
  const { body } = await graph("GET", `${NUMBER}?fields=verified_name,throughput`);
  assert.deepEqual(body, { id: NUMBER, verified_name: "Corner Shop", throughput: { level: "STANDARD" } });
});

test("an unknown path is an error of the Graph API; one without a version is not the Graph API", async (t) => {
  const { graph, sandbox } = await setStage(t);
  assert.equal((await graph("POST", `${NUMBER}/frobnicate`)).body.error?.code, 100);
  const response = await fetch(`${sandbox.url}/latest/${NUMBER}/messages`, { method: "POST" });
  assert.equal(response.status, 404);
});
