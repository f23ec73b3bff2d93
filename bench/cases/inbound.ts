import type { Bench } from "../bench.ts";
import { higher } from "../report/figure.ts";
import { answerFaults, countsOf, inboundFaults, refusals } from "../stage/counts.ts";
import { withCpuCost } from "../stage/cpu_cost.ts";
import type { Workspace } from "../stage/workspace.ts";
import { type Case, figureOf, type Measured } from "./measured.ts";

/** Customers who write in turn, and are known. */
const CUSTOMERS = 5000;

export const inbound: Case = {
  name: "inbound",
  about: "webhooks with messages: 1 each over 64 connections, 100 each over 8; no replies",
  async run(bench) {
    const workspace = await bench.workspace("inbound");
    await introduce(bench, workspace, CUSTOMERS);
    bench.add(
      figureOf("inbound", "1 message each", await inboundSingle(bench, workspace), higher(0.25, 0.35)),
    );
    bench.add(
      figureOf("inbound", "100 messages each", await inboundBatch(bench, workspace), higher(0.2, 0.4)),
    );
    const strangers = await inboundOf(bench, workspace, {
      perBody: 1,
      connections: 64,
      first: 1_000_000,
      customers: 10_000_000,
    });
    bench.add(figureOf("inbound", "1 each, all new customers", strangers));
  },
};

/** Each customer writes once. */
export async function introduce(bench: Bench, { number }: Workspace, customers: number): Promise<void> {
  const source = { kind: "messages", first: 0, customers, series: bench.series() } as const;
  await bench.load({
    number,
    source,
    perBody: 100,
    connections: 4,
    limit: Math.ceil(customers / 100),
    seconds: 120,
  });
}

export async function inboundSingle(bench: Bench, workspace: Workspace): Promise<Measured> {
  const echo = await bench.controls.echo();
  const measured = await inboundOf(bench, workspace, { perBody: 1, connections: 64 });
  return { ...measured, control: { name: "echo", value: echo.requestsPerSecond, unit: "req/s" } };
}

export async function inboundBatch(bench: Bench, workspace: Workspace): Promise<Measured> {
  const copy = await bench.controls.copy();
  const measured = await inboundOf(bench, workspace, { perBody: 100, connections: 8 });
  return { ...measured, control: { name: "copy", value: copy.perSecond, unit: "rows/s" } };
}

export async function inboundOf(
  bench: Bench,
  { tenantId, number }: Workspace,
  shape: { perBody: number; connections: number; first?: number; customers?: number },
): Promise<Measured> {
  const { first = 0, customers = CUSTOMERS, perBody, connections } = shape;
  const { watcher } = bench.postgres;
  const before = await countsOf(watcher, tenantId);
  const source = { kind: "messages", first, customers, series: bench.series() } as const;
  const { result, cpuMicros } = await withCpuCost(
    bench,
    () => bench.load({ number, source, perBody, connections }),
    ({ accepted }) => accepted,
  );
  const after = await countsOf(watcher, tenantId);
  return {
    value: result.itemsPerSecond,
    unit: "msg/s",
    details: { latency: result.latency, accepted: result.accepted, cpuMicros },
    faults: [
      ...answerFaults(result.answers),
      ...inboundFaults(before, after, result.accepted, refusals(result.answers) * perBody),
    ],
  };
}
