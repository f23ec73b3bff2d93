import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { JsonObject } from "../../../../src/base/json/json.ts";
import { chainOf, graphOf, Run } from "../build.ts";

test("a data_exchange form asks its endpoint for the first screen", () => {
  const parametersOf = (data: JsonObject) => {
    const run = new Run(
      chainOf({ f: ["whatsapp_flow", { whatsappFlowId: "1", flowInitialScreen: "S", ...data }] }),
    ).start();
    return run.action<{ parameters: JsonObject }>().parameters;
  };
  const exchanged = parametersOf({ flowMode: "data_exchange", flowInitialData: { a: 1 } });
  assert.deepEqual([exchanged.flow_action, exchanged.flow_action_payload], ["data_exchange", undefined]);
  const navigated = parametersOf({});
  assert.deepEqual([navigated.flow_action, navigated.flow_action_payload], ["navigate", { screen: "S" }]);
});

test("a form gets what its node declares, and no variable besides", () => {
  const run = new Run(
    chainOf({
      f: ["whatsapp_flow", { whatsappFlowId: "1", flowInitialScreen: "S", flowInitialData: { a: "{{a}}" } }],
    }),
  ).start({ a: "1", google_access_token: "secret" });
  assert.ok(!JSON.stringify(run.sent).includes("secret"));
});

describe("availability never fails open", () => {
  const calendar = (data: JsonObject = {}) =>
    new Run(
      graphOf(
        {
          start: ["start"],
          cal: [
            "google_calendar",
            {
              calendarOutputVariable: "c",
              calendarDateSource: "static",
              calendarStaticDate: "2026-03-02",
              ...data,
            },
          ],
          bad: ["message", { content: "{{c.code}}" }],
        },
        ["start > cal", "cal:error > bad"],
      ),
      { timeZone: "Europe/Istanbul" },
    ).start();

  const answers: { [name: string]: [number, JsonObject | null] } = {
    "an error": [500, null],
    "no calendar in the answer": [200, {}],
    "an error inside the answer": [
      200,
      { calendars: { primary: { errors: [{ reason: "notFound" }], busy: [] } } },
    ],
    "a busy time that cannot be read": [
      200,
      { calendars: { primary: { busy: [{ start: "soon", end: "later" }] } } },
    ],
  };
  for (const [name, [status, body]] of Object.entries(answers)) {
    test(name, () => {
      const run = calendar().respond(status, body);
      if (status === 500) {
        run.ring().respond(500).ring().respond(500);
      }
      assert.deepEqual(run.said, ["FETCH_ERROR"]);
    });
  }

  test("no slot runs past closing time, and times are those of the chatbot's zone", () => {
    const run = calendar({
      calendarWorkingHoursStart: "13:00",
      calendarWorkingHoursEnd: "15:45",
      calendarSlotDuration: 60,
    });
    run.respond(200, {
      calendars: { primary: { busy: [{ start: "2026-03-02T11:30:00Z", end: "2026-03-02T11:45:00Z" }] } },
    });
    const { slots } = run.context.variables.c as { slots: { time: string; available: boolean }[] };
    assert.deepEqual(
      slots.map(({ time, available }) => [time, available]),
      [
        ["13:00", true],
        ["14:00", false],
      ],
    );
  });
});
