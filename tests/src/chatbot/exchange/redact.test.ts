import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Json, JsonObject } from "../../../../src/base/json/json.ts";
import { exportChatbot } from "../../../../src/chatbot/exchange/export.ts";
import { redactAddress } from "../../../../src/chatbot/exchange/redact_address.ts";
import { chainOf, NOW, type NodeSpec } from "../build.ts";

const R = "REMOVED";

describe("addresses lose what lets a caller in", () => {
  const host = "https://api.example.com";
  const addresses: [address: string, exported: string][] = [
    [`${host}/v1/orders?page=2&city=Berlin&sort=-date`, `${host}/v1/orders?page=2&city=Berlin&sort=-date`],
    [`${host}/?key=abc`, `${host}/?key=${R}`],
    [`${host}/?a=1&sig=abc&code=def`, `${host}/?a=1&sig=${R}&code=${R}`],
    [`${host}/?access_token=a#id_token=b`, `${host}/?access_token=${R}#id_token=${R}`],
    [`${host}/?subscription-key=a&X-Amz-Signature=b`, `${host}/?subscription-key=${R}&X-Amz-Signature=${R}`],
    [`${host}/?sv=2024-01-01&se=2026-01-01&sig=a%2Bb%3D`, `${host}/?sv=2024-01-01&se=2026-01-01&sig=${R}`],
    [`${host}/?auth=a&hash=b`, `${host}/?auth=${R}&hash=${R}`],
    [`${host}/?x=3f9a2c7b81d04e6f9a2c`, `${host}/?x=${R}`],
    [`${host}/?x=2026-summer-campaign`, `${host}/?x=2026-summer-campaign`],
    [`${host}/?countryCode=de&keyword=tea`, `${host}/?countryCode=de&keyword=tea`],
    [`${host}/?key={{key}}&id={{order.id}}`, `${host}/?key={{key}}&id={{order.id}}`],
    ["https://ann:abc@api.example.com/x", `https://${R}@api.example.com/x`],
    ["https://abc@api.example.com/x", `https://${R}@api.example.com/x`],
    ["https://{{user}}:{{word}}@api.example.com/x", "https://{{user}}:{{word}}@api.example.com/x"],
    ["https://api.example.com/bot12:AbC/sendMessage", `https://api.example.com/bot${R}/sendMessage`],
    ["https://api.example.com/bots/all", "https://api.example.com/bots/all"],
    ["https://hooks.example.com/services/T0/B0/abc1", `https://hooks.example.com/services/${R}/${R}/${R}`],
    ["https://hook.eu1.example.com/ab12", `https://hook.eu1.example.com/${R}`],
    [`${host}/api/webhooks/123/aBc-12`, `${host}/api/webhooks/${R}/${R}`],
    [`${host}/webhook/order-status`, `${host}/webhook/order-status`],
    [`${host}/trigger/x/with/key/aB1`, `${host}/trigger/x/with/key/${R}`],
    [`${host}/v0/3f9a2c7b81d04e6f9a2c/rows`, `${host}/v0/${R}/rows`],
    [`${host}/media/3f9a2c7b81d04e6f9a2c.jpg`, `${host}/media/3f9a2c7b81d04e6f9a2c.jpg`],
    ["postgres://ann:abc@db.example.com/x", `postgres://${R}@db.example.com/x`],
    ["not an address ?key=abc", "not an address ?key=abc"],
  ];
  for (const [address, exported] of addresses)
    test(address, () => assert.equal(redactAddress(address), exported));
});

const exported = (type: string, data: JsonObject) => {
  const graph = chainOf({ n: [type, data] as NodeSpec });
  const chatbot = { id: null, name: "B", description: null, graph, settings: {}, metadata: null };
  const file = exportChatbot(
    { ...chatbot, isActive: false, status: "draft", flows: [], subflows: [] },
    NOW,
  ) as { chatbot: { nodes: { id: string; data: JsonObject }[] } };
  return file.chatbot.nodes.find(({ id }) => id === "n")?.data;
};

describe("nodes lose what looks like a secret", () => {
  const nodes: [type: string, data: JsonObject, exported: JsonObject][] = [
    [
      "rest_api",
      {
        apiHeaders: {
          Accept: "application/json",
          "Ocp-Apim-Subscription-Key": "a",
          "X-Auth": "b",
          "X-Access-Key": "c",
          "X-Whatever": "d1",
          "X-Version": "2024-10-01",
          "X-Pin": "1234",
          "X-Token": "{{token}}",
        },
      },
      {
        apiHeaders: {
          Accept: "application/json",
          "Ocp-Apim-Subscription-Key": R,
          "X-Auth": R,
          "X-Access-Key": R,
          "X-Whatever": R,
          "X-Version": "2024-10-01",
          "X-Pin": R,
          "X-Token": "{{token}}",
        },
      },
    ],
    [
      "rest_api",
      { apiQueryParams: { key: "a", city: "Berlin", q: "{{q}}" }, apiUrl: "https://x.example?sig=b" },
      { apiQueryParams: { key: R, city: "Berlin", q: "{{q}}" }, apiUrl: `https://x.example?sig=${R}` },
    ],
    [
      "rest_api",
      { apiBody: '{"pin":1234,"key":"a","user":"ann","deep":[{"sessionId":"x","auth":"b"}]}' },
      { apiBody: `{"pin":"${R}","key":"${R}","user":"ann","deep":[{"sessionId":"x","auth":"${R}"}]}` },
    ],
    ["rest_api", { apiBody: "pin=1&x=1&sig=a" }, { apiBody: `pin=${R}&x=1&sig=${R}` }],
    [
      "set_variable",
      {
        assignments: [
          { variable: "pin", value: "1234" },
          { variable: "city", value: "Bonn" },
        ],
      },
      {
        assignments: [
          { variable: "pin", value: R },
          { variable: "city", value: "Bonn" },
        ],
      },
    ],
    [
      "Webhook",
      {
        options: { webhook: { headers: [{ key: "X-Shop", value: "a1" }], url: "https://x.example/?key=a" } },
      },
      {
        options: { webhook: { headers: [{ key: "X-Shop", value: R }], url: `https://x.example/?key=${R}` } },
      },
    ],
  ];
  for (const [type, data, expected] of nodes)
    test(`${type} ${JSON.stringify(data).slice(0, 50)}`, () =>
      assert.deepEqual(exported(type, data), expected));
});

test("what only resembles one stays", () => {
  const kept: [string, Json][] = [
    ["message", { content: "Your code: ABC. See https://shop.example.com/sale?campaign=tea." }],
    [
      "message",
      {
        messageType: "interactive",
        interactive: { header: { type: "text", text: "Welcome" }, body: { text: "Hi" } },
      },
    ],
    [
      "message",
      {
        messageType: "template",
        templateComponents: [{ type: "header", parameters: [{ type: "text", text: "Ann" }] }],
      },
    ],
    ["data_source", { dataSourceDataKey: "brands", outputKey: "list" }],
    ["condition", { conditionGroup: { conditions: [{ variable: "key", operator: "eq", value: "b" }] } }],
    ["question", { buttons: [{ id: "pin", title: "Pin it" }], content: "What is your PIN?" }],
    ["start", { triggers: [{ kind: "deep_link", codes: ["TABLE-12"] }] }],
  ];
  for (const [type, data] of kept)
    assert.deepEqual(exported(type as string, data as JsonObject), data, type as string);
});
