import assert from "node:assert/strict";
import { test } from "node:test";
import { ACCOUNT, setStage } from "../stage.ts";

const PLAIN = [{ type: "BODY", text: "Your order is ready." }];
const draft = (components: object[] = PLAIN) => ({
  name: "order_ready",
  language: "en_US",
  category: "utility",
  components,
});

test("a template is checked, reviewed, edited, resumed and deleted, and its name is then blocked", async (t) => {
  const { sandbox, graph, clock, receiver } = await setStage(t);
  const create = (body: object) => graph("POST", `${ACCOUNT}/message_templates`, body);
  const subcodeOf = async (body: object) => (await create(body)).body.error?.error_subcode;
  assert.equal(await subcodeOf(draft([{ type: "BODY", text: "{{1}}" }])), 2388299);
  assert.equal(await subcodeOf(draft([{ type: "BODY", text: "Hi {{1}} and {{2}}!" }])), 2388293);
  assert.equal(await subcodeOf(draft([{ type: "BODY", text: "Your order {{1}} is ready." }])), 2388044);
  assert.equal(await subcodeOf(draft([{ type: "HEADER", format: "IMAGE" }, ...PLAIN])), 2388273);

  const { body: created } = await create(draft());
  assert.deepEqual([created.status, created.category], ["PENDING", "UTILITY"]);
  assert.equal(await subcodeOf(draft()), 2388024);
  clock.advance(1000);
  const statusOf = async () => (await graph("GET", `${created.id}?fields=status`)).body.status;
  assert.equal(await statusOf(), "APPROVED");

  sandbox.decide(ACCOUNT, "order_ready", { kind: "pause" });
  assert.deepEqual((await graph("POST", `${created.id}/unpause`)).body, { success: true });
  assert.deepEqual((await graph("POST", `${created.id}`, { components: PLAIN })).body, { success: true });
  assert.equal(await statusOf(), "PENDING");
  sandbox.decide(ACCOUNT, "order_ready", { kind: "rate", score: "RED" });
  sandbox.decide(ACCOUNT, "order_ready", { kind: "recategorise", category: "MARKETING" });
  await sandbox.waitFor(() => receiver.values().length === 5);
  assert.deepEqual(
    receiver.values().map((value) => {
      const { event, new_quality_score: score, new_category: category } = value as Record<string, unknown>;
      return event ?? score ?? category;
    }),
    ["APPROVED", "PAUSED", "APPROVED", "RED", "MARKETING"],
  );

  const path = `${ACCOUNT}/message_templates?name=order_ready&hsm_id=${created.id}`;
  assert.deepEqual((await graph("DELETE", path)).body, { success: true });
  assert.equal((await graph("DELETE", path)).body.error?.error_subcode, 2593002);
  assert.equal(await subcodeOf(draft()), 2388023);
});
