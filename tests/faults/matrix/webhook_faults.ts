import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { LARGEST_BODY } from "../../../src/inbound/raw_body.ts";
import { until } from "../../support/until.ts";
import type { Fault } from "./fault.ts";
import { postSigned } from "./post_signed.ts";
import type { World } from "./world.ts";

const SLOW_SOCKETS = 500;
/** A slow request is closed within ten seconds; the check for it runs every few seconds. */
const CLOSED_MS = 20_000;
const GOOD_MS = 2_000;

/** Faults of what arrives at the webhooks. */
export const WEBHOOK_FAULTS: readonly Fault[] = [
  {
    name: "the same webhook five times at once",
    isShort: true,
    sign: undefined,
    async run({ sandbox }, ms) {
      const end = performance.now() + Math.min(ms, 10_000);
      let repeated = 0;
      while (performance.now() < end) {
        for (const delivery of sandbox.ledger.deliveries.slice(-20)) {
          sandbox.webhooks.repeat(delivery, 4);
          repeated += 1;
        }
        await delay(500);
      }
      return `${repeated} webhooks`;
    },
  },
  {
    name: "a thousand messages in one webhook",
    isShort: true,
    sign: undefined,
    async run({ sandbox, phones }) {
      sandbox.webhooks.hold();
      for (let at = 0; at < 1_000; at += 1) phones[at % phones.length]!.say(`at once ${at}`);
      sandbox.webhooks.release();
      return undefined;
    },
  },
  {
    name: "wrong signatures, broken JSON, hostile texts, a body that is too large",
    isShort: true,
    sign: 'parley_webhooks_total{status="401"}',
    async run(world, _ms, detected) {
      const { api, bots } = world;
      const post = (body: object | string, signature?: string | null) =>
        postSigned(`${api.url}/webhooks/whatsapp/${bots.channelId}`, body, bots.appSecret, signature);
      const good = message(world, "wamid.faults.good", "good");
      assert.equal((await post(good, null)).status, 401);
      assert.equal((await post(good, `sha256=${"0".repeat(64)}`)).status, 401);
      assert.equal((await post('{"entry": [')).status, 200, "what Meta has signed is kept");
      assert.equal((await post(`"${"x".repeat(LARGEST_BODY)}"`)).status, 413);
      const hostile = ["\\u0000", "\\ud800", `${"[".repeat(20_000)}`, "1e400000"];
      for (const [at, text] of hostile.entries()) {
        const body = JSON.stringify(message(world, `wamid.faults.${at}`, "PLACE"));
        const { status } = await post(body.replace("PLACE", text));
        assert.equal(status, 200, text.slice(0, 20));
      }
      await detected();
      return undefined;
    },
  },
  {
    name: `${SLOW_SOCKETS} connections that send one byte a second`,
    sign: undefined,
    async run(world) {
      const { api, bots } = world;
      const { hostname, port } = new URL(api.url);
      const sockets = Array.from({ length: SLOW_SOCKETS }, () => slowSocket(hostname, Number(port)));
      try {
        await delay(2_000);
        const began = performance.now();
        const url = `${api.url}/webhooks/whatsapp/${bots.channelId}`;
        const { status } = await postSigned(
          url,
          message(world, "wamid.faults.slow", "quick"),
          bots.appSecret,
        );
        assert.equal(status, 200);
        const took = performance.now() - began;
        assert.ok(took < GOOD_MS, `a good webhook took ${took} ms`);
        await until(
          "the slow ones to be closed",
          () => sockets.every(({ destroyed }) => destroyed),
          CLOSED_MS,
        );
        return `a good webhook took ${Math.round(took)} ms`;
      } finally {
        for (const socket of sockets) socket.destroy();
      }
    },
  },
];

/** Sends the first line of a request, and then a header that never ends. */
function slowSocket(host: string, port: number): Socket {
  const socket = connect(port, host);
  socket.on("error", () => {});
  socket.write("POST /webhooks/whatsapp/x HTTP/1.1\r\nhost: localhost\r\nx-slow: ");
  const timer = setInterval(() => socket.write("a"), 1_000);
  socket.once("close", () => clearInterval(timer));
  socket.resume();
  return socket;
}

function message({ bots }: World, id: string, body: string): object {
  const from = "15558999999";
  const value = {
    messaging_product: "whatsapp",
    metadata: { display_phone_number: "15550001111", phone_number_id: bots.phoneNumberId },
    contacts: [{ profile: { name: "Mallory" }, wa_id: from }],
    messages: [{ from, id, timestamp: `${Math.floor(Date.now() / 1000)}`, type: "text", text: { body } }],
  };
  const change = { field: "messages", value };
  return { object: "whatsapp_business_account", entry: [{ id: bots.businessAccountId, changes: [change] }] };
}
