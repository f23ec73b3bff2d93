import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import express from "express";
import { createLog } from "../../../src/base/log.ts";
import { metrics } from "../../../src/base/metrics.ts";
import { metricsRoute } from "../../../src/http/metrics_route.ts";

test("while the database cannot be reached, metrics are served without its figures", async () => {
  let isDown = false;
  const source = {
    metrics: [metrics.outboxAge, metrics.outboxMessages],
    freshMs: 0,
    isAwaited: true,
    async read() {
      if (isDown) throw new Error("connect ECONNREFUSED");
      metrics.outboxAge.set(3);
      metrics.outboxMessages.set({ state: "queued" }, 4);
    },
  };
  const app = express().use("/metrics", metricsRoute([source], createLog("silent")));
  const server = createServer(app).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  try {
    for (isDown of [false, true, false]) {
      const response = await fetch(url);
      assert.equal(response.status, 200);
      const shown = (await response.text()).match(/^parley_outbox_(oldest_seconds|messages\{.*) \d+$/gm);
      const expected = ['parley_outbox_messages{state="queued"} 4', "parley_outbox_oldest_seconds 3"];
      assert.deepEqual(shown?.sort() ?? [], isDown ? [] : expected);
    }
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
