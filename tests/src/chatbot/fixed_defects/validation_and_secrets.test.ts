import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../../src/base/json/json.ts";
import { exportChatbot } from "../../../../src/chatbot/exchange/export.ts";
import { validateGraph } from "../../../../src/chatbot/validation/validate.ts";
import { chainOf, graphOf, Run } from "../build.ts";

/** One test for each defect of the source system that this engine can have: F-numbers of its fix list. */

test("F25: validation sees groups, calls, calendars and rows", () => {
  const rows = Array.from({ length: 11 }, (_, index) => ({ id: `r${index}`, title: `Row ${index}` }));
  const problems = validateGraph(
    chainOf({
      c: [
        "condition",
        {
          conditionGroup: {
            logicalOperator: "AND",
            conditions: [{ variable: "customer_phone", operator: "is_empty" }],
          },
        },
      ],
      g: [
        "condition",
        {
          conditionGroup: {
            conditions: [
              { variable: "", operator: "eq" },
              { variable: "customer_phone", operator: "like" },
            ],
          },
        },
      ],
      api: ["rest_api"],
      cal: ["google_calendar", { calendarUserSource: "static" }],
      list: ["question", { questionType: "list", content: "?", listSections: [{ title: "A", rows }] }],
    }),
  );
  assert.deepEqual(
    problems.map(({ code, nodeId }) => `${nodeId} ${code}`),
    [
      "g missing_condition",
      "g unknown_operator",
      "api missing_url",
      "cal missing_calendar_user",
      "list too_many_rows",
    ],
  );
});

/** How a form's own JSON names a value. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is what is meant
const NAMED_BY_FORM = "${form.token}";

test("F26: an export carries no secrets", () => {
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

test("F31: an empty array is empty, and a condition's variable may be a path", () => {
  const run = new Run(
    graphOf(
      {
        start: ["start"],
        c: ["condition", { conditionVar: "a.list", conditionOp: "is_empty" }],
        yes: ["message", { content: "yes" }],
      },
      ["start > c", "c:true > yes"],
    ),
  );
  assert.deepEqual(run.start({ a: { list: [] } }).said, ["yes"]);
});
