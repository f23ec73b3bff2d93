/**
 * `npm run faults`: starts two database servers, an API, two workers and the sandbox, and does to them, under load, what
 * happens in production. After each fault the installation has to work again, and monitoring has to have seen it. In the
 * end nothing may be lost or stored twice. Takes ten minutes; `--minute` is a short form, `--only NAME` runs some faults.
 * `--seed N` repeats the random choices of a run.
 */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { until } from "../../support/until.ts";
import { DATABASE_FAULTS } from "./database_faults.ts";
import type { Fault } from "./fault.ts";
import { checkInvariants } from "./invariants.ts";
import { PROCESS_FAULTS } from "./process_faults.ts";
import { PROVIDER_FAULTS } from "./provider_faults.ts";
import { WEBHOOK_FAULTS } from "./webhook_faults.ts";
import { openWorld, type World } from "./world.ts";

const FAULTS = [...PROCESS_FAULTS, ...DATABASE_FAULTS, ...PROVIDER_FAULTS, ...WEBHOOK_FAULTS];
const FAULT_MS = { long: 20_000, short: 2_500 };
const CALM_MS = { long: 3_000, short: 500 };
const DETECTED_MS = 30_000;
const RECOVERED_MS = 60_000;

const { values } = parseArgs({
  options: {
    minute: { type: "boolean", default: false },
    only: { type: "string", multiple: true, default: [] },
    seed: { type: "string", default: String(randomInt(1_000_000)) },
  },
});
const seed = Number(values.seed);
const length = values.minute ? "short" : "long";
const chosen = FAULTS.filter(({ name, isShort }) =>
  values.only.length > 0 ? values.only.some((part) => name.includes(part)) : !values.minute || isShort,
);
const impossible = chosen.filter(({ isPossible }) => isPossible?.() === false);

console.log(`Seed ${seed}: ${chosen.length} faults`);
const problems = await run();
for (const problem of problems) console.log(`FAILED ${problem}`);
console.log(
  problems.length === 0 ? "Nothing was lost, and every fault was seen." : `${problems.length} problems`,
);
process.exit(problems.length === 0 ? 0 : 1);

async function run(): Promise<string[]> {
  const world = await openWorld(seed);
  const found: string[] = [];
  try {
    await until("the installation to work", () => world.watch.isReady, RECOVERED_MS);
    await new Promise((resolve) => setTimeout(resolve, CALM_MS.long));
    for (const { name } of impossible) console.log(`skipped  ${name}: it needs root`);
    for (const fault of chosen) if (!impossible.includes(fault)) found.push(...(await cause(world, fault)));
    await world.load.stop();
    const { figures, violations } = await checkInvariants(world);
    console.log(
      Object.entries(figures)
        .map(([name, count]) => `${name} ${count}`)
        .join(", "),
    );
    return [...found, ...violations];
  } catch (error) {
    printLogs(world);
    return [...found, String(error)];
  } finally {
    await world.close();
  }
}

/** Causes one fault, and returns what was not as it has to be. */
async function cause(world: World, fault: Fault): Promise<string[]> {
  const began = performance.now();
  const { sign } = fault;
  const detected = async () => {
    if (sign === undefined) return;
    await until(`monitoring to see it (${sign})`, () => world.watch.hasSeen(sign, began), DETECTED_MS);
  };
  try {
    const remark = await fault.run(world, FAULT_MS[length], detected);
    const undone = performance.now();
    const limitMs = fault.recoversWithinMs ?? RECOVERED_MS;
    await until("the installation to work again", () => world.watch.isReadySince(undone), limitMs);
    const recoveredMs = Math.round(performance.now() - undone);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(
      `ok ${seconds.padStart(5)} s  ${fault.name}: back after ${recoveredMs} ms${remark ? `, ${remark}` : ""}`,
    );
    await new Promise((resolve) => setTimeout(resolve, CALM_MS[length]));
    return [];
  } catch (error) {
    const problem = `${fault.name}: ${error instanceof Error ? error.message : error}`;
    console.log(`not ok ${problem}; seen: ${[...world.watch.last].join(", ")}`);
    printLogs(world);
    await restore(world);
    await until("the installation to work again", () => world.watch.isReady, RECOVERED_MS);
    return [problem];
  }
}

/** The last lines that each process has logged. */
function printLogs({ api, workers }: World): void {
  for (const { log } of [api, ...workers]) console.log(log.slice(-10).join("\n").slice(0, 4_000));
}

/** Undoes what a fault that failed half-way has left. */
async function restore({ databases, sandbox, api, workers }: World): Promise<void> {
  sandbox.faults.clear();
  sandbox.webhooks.release();
  await databases.primary.resume();
  for (const each of [api, ...workers]) await each.start();
}
