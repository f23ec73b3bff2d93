import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { Fault as ProviderFault } from "../../../sandbox/faults.ts";
import type { Fault } from "./fault.ts";
import type { World } from "./world.ts";

const UNCERTAIN = 'parley_outbox_messages{state="uncertain"}';
const RECOVERS_MS = 30_000;

type Scope = Parameters<World["sandbox"]["faults"]["add"]>[1];

/** Injects faults of the Graph API until monitoring has seen them and the time is over. */
async function during(
  { sandbox }: World,
  ms: number,
  detected: () => Promise<void>,
  faults: readonly (readonly [ProviderFault, Scope?])[],
): Promise<void> {
  const remove = faults.map(([fault, scope]) => sandbox.faults.add(fault, scope));
  try {
    await Promise.all([delay(ms), detected()]);
  } finally {
    for (const each of remove) each();
  }
}

/** Faults of Meta's side when we send. */
export const PROVIDER_FAULTS: readonly Fault[] = [
  {
    name: "Meta cuts 10 % of the connections, after and before it has accepted",
    isShort: true,
    sign: UNCERTAIN,
    async run(world, ms, detected) {
      await during(world, ms, detected, [
        [{ kind: "cut", accepts: true }, { rate: 0.07 }],
        [{ kind: "cut" }, { rate: 0.03 }],
      ]);
      return undefined;
    },
  },
  {
    name: "Meta does not answer for one number",
    sign: 'parley_outbox_messages{state="sending"}',
    async run(world, ms, detected) {
      const { bots, agents } = world;
      const before = sentOf(world, bots.phoneNumberId);
      await during(world, ms, detected, [[{ kind: "blackHole" }, { phoneNumberId: agents.phoneNumberId }]]);
      const sent = sentOf(world, bots.phoneNumberId) - before;
      assert.ok(sent > (ms / 1000) * 2, `the other number has sent only ${sent} messages`);
      return `${sent} messages of the other number`;
    },
    recoversWithinMs: RECOVERS_MS,
  },
  {
    name: "Meta's rate limit is reached (130429)",
    isShort: true,
    sign: /^parley_channel_queued_messages\{.*reason="throttled"/,
    async run(world, ms, detected) {
      const failed = await failures(world);
      await during(world, ms, detected, [[{ kind: "error", code: 130_429, httpStatus: 429 }]]);
      assert.equal(await failures(world), failed, "messages have failed");
      return undefined;
    },
    recoversWithinMs: RECOVERS_MS,
  },
  {
    name: "too many messages to one customer (131056)",
    sign: /^parley_channel_queued_messages\{.*reason="(waiting|sending|throttled)"/,
    async run(world, ms, detected) {
      const recipient = "15558000001";
      const failed = await failures(world);
      await during(world, ms, detected, [[{ kind: "error", code: 131_056, httpStatus: 400 }, { recipient }]]);
      assert.equal(await failures(world), failed, "messages have failed");
      return undefined;
    },
  },
  {
    name: "Meta answers 500",
    sign: UNCERTAIN,
    async run(world, ms, detected) {
      await during(world, ms, detected, [[{ kind: "serverError" }, { rate: 0.5 }]]);
      return undefined;
    },
    recoversWithinMs: RECOVERS_MS,
  },
];

function sentOf({ sandbox }: World, phoneNumberId: string): number {
  return sandbox.ledger.sent.filter(({ chat }) => chat.number.phoneNumberId === phoneNumberId).length;
}

async function failures({ pool }: World): Promise<number> {
  const { rows } = await pool.query(
    "select count(*)::int as messages from app_public.message_statuses where status = 'failed'",
  );
  return rows[0].messages;
}
