import assert from "node:assert/strict";
import { test } from "node:test";
import { ACCOUNT, ALEX, setStage } from "../stage.ts";

test("templates are listed by page, and filtered without regard to case", async (t) => {
  const { sandbox, graph } = await setStage(t);
  for (const name of ["a", "b", "c"]) {
    sandbox.addTemplate(ACCOUNT, { name, components: [{ type: "BODY", text: name }] });
  }
  sandbox.addTemplate(ACCOUNT, { name: "d", status: "REJECTED", components: [] });
  interface Page {
    data: { name: string }[];
    paging: { cursors: { after: string }; next?: string };
  }
  const page = async (query: string) => {
    const { body } = await graph("GET", `${ACCOUNT}/message_templates?${query}`);
    return body as unknown as Page;
  };
  const first = await page("status=approved&limit=2");
  assert.deepEqual(
    first.data.map(({ name }) => name),
    ["a", "b"],
  );
  assert.ok(first.paging.next);
  const last = await page(`status=approved&limit=2&after=${first.paging.cursors.after}`);
  assert.deepEqual(
    last.data.map(({ name }) => name),
    ["c"],
  );
  assert.equal(last.paging.next, undefined);
  const { body } = await graph("GET", `${ACCOUNT}/message_templates?after=nonsense`);
  assert.equal(body.error?.code, 131059);
});

test("an account that is not subscribed gets no webhooks", async (t) => {
  const { sandbox, receiver, graph } = await setStage(t);
  const alex = sandbox.customer({ phone: ALEX });
  await graph("DELETE", `${ACCOUNT}/subscribed_apps`);
  assert.deepEqual((await graph("GET", `${ACCOUNT}/subscribed_apps`)).body.data, []);
  alex.say("Unheard");
  assert.deepEqual((await graph("POST", `${ACCOUNT}/subscribed_apps`)).body, { success: true });
  alex.say("Heard");
  await sandbox.waitFor(() => receiver.messages().length === 1);
  assert.deepEqual(receiver.messages()[0]?.text, { body: "Heard" });
});

test("the numbers of an account", async (t) => {
  const { graph } = await setStage(t);
  const { body } = await graph("GET", `${ACCOUNT}/phone_numbers`);
  assert.equal((body.data as unknown[]).length, 1);
});
