import assert from "node:assert/strict";
import { test } from "node:test";
import { ACCOUNT, setStage } from "../stage.ts";

test("conversions are kept once each; a report with a wrong event is refused as a whole", async (t) => {
  const { sandbox, graph, clock } = await setStage(t);
  const { body: dataSet } = await graph("POST", `${ACCOUNT}/dataset`, {});
  assert.deepEqual((await graph("POST", `${ACCOUNT}/dataset`, {})).body, dataSet);
  const now = Math.floor(clock.now() / 1000);
  const event = {
    event_id: "1",
    event_name: "Purchase",
    event_time: now,
    action_source: "business_messaging",
    messaging_channel: "whatsapp",
    user_data: { whatsapp_business_account_id: ACCOUNT, ctwa_clid: "click" },
    custom_data: { value: 5, currency: "EUR" },
  };
  const report = (...data: object[]) => graph("POST", `${dataSet.id}/events`, { data });
  assert.equal((await report(event, { ...event, event_name: "QualifiedLead" })).body.events_received, 2);
  assert.equal((await report(event)).body.events_received, 1);
  for (const wrong of [
    { action_source: "website" },
    { event_time: now + 3600 },
    { event_time: now - 8 * 24 * 3600 },
    { user_data: { whatsapp_business_account_id: ACCOUNT } },
  ]) {
    const { status, body } = await report({ ...event, event_id: "2" }, { ...event, ...wrong });
    assert.deepEqual([status, body.error?.code], [400, 100], JSON.stringify(wrong));
  }
  assert.equal((await graph("POST", "999/events", { data: [event] })).body.error?.error_subcode, 33);
  assert.deepEqual(
    sandbox.conversions(ACCOUNT).map(({ name }) => name),
    ["Purchase", "QualifiedLead"],
  );
  const response = await fetch(`${sandbox.url}/sandbox/api/accounts/${ACCOUNT}/conversions`);
  assert.equal(((await response.json()) as unknown[]).length, 2);
});
