import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../../src/base/json/json.ts";
import { exportChatbot } from "../../../../src/chatbot/exchange/export.ts";
import { chainOf } from "../build.ts";

/** How a form's own JSON names a value. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is what is meant
const NAMED_BY_FORM = "${form.token}";

test("an export carries no secrets", () => {
  const data = {
    apiUrl: "https://x.example/?api_key=k1&page=2",
    apiHeaders: { Authorization: "Bearer b1", "X-Trace": "on", "X-Api-Key": "{{key}}" },
    apiBody: "grant_type=refresh_token&client_secret=c1&refresh_token=r1",
    apiAuthToken: "t1",
    apiAuthPassword: "p1",
    apiAuthKeyValue: "v1",
  };
  const json = { apiBody: '{"password":"j1","user":"ada"}' };
  const pairs: JsonObject = {
    headers: [
      { key: "Authorization", value: "q1" },
      { name: "n", value: "Bearer longsecret1" },
    ],
  };
  const address = { apiUrl: "https://ada:w1@x.example/" };
  const graph = chainOf({
    api: ["rest_api", data],
    b: ["rest_api", json],
    c: ["Webhook", pairs],
    d: ["rest_api", address],
    e: ["whatsapp_flow", { whatsappFlowId: "7" }],
  });
  const flow = {
    whatsappFlowId: "7",
    name: "Form",
    description: null,
    categories: [],
    flowJson: { screens: [{ payload: { api_key: "f1", flow_token: NAMED_BY_FORM } }] },
    endpointUri: "https://x.example/?token=e1",
    status: "DRAFT",
    metadata: { password: "m1" },
  };
  const exported = JSON.stringify(
    exportChatbot(
      {
        ...{
          id: "1",
          name: "Bot",
          description: null,
          graph,
          settings: {},
          isActive: false,
          status: "draft" as const,
        },
        metadata: { access_token: "a1" },
        flows: [flow],
        subflows: [
          {
            chatbotId: "s",
            name: "Sub",
            description: null,
            graph: chainOf({ api: ["rest_api", { apiAuthToken: "s1" }] }),
            settings: {},
          },
        ],
      },
      "2026-03-02T09:00:00.000Z",
    ),
  );
  for (const secret of [
    "k1",
    "b1",
    "c1",
    "r1",
    "t1",
    "p1",
    "v1",
    "j1",
    "q1",
    "longsecret1",
    "w1",
    "f1",
    "e1",
    "m1",
    "a1",
    "s1",
  ])
    assert.ok(!exported.includes(secret), secret);
  for (const kept of [
    "page=2",
    "grant_type=refresh_token",
    '"X-Trace":"on"',
    "{{key}}",
    "ada",
    NAMED_BY_FORM,
  ])
    assert.ok(exported.includes(kept), kept);
});
