import type { Bench } from "../bench.ts";
import { higher } from "../report/figure.ts";
import { answerFaults } from "../stage/counts.ts";
import { withCpuCost } from "../stage/cpu_cost.ts";
import { fillConversations, fillSent } from "../stage/fill.ts";
import type { Workspace } from "../stage/workspace.ts";
import { type Case, figureOf, type Measured } from "./measured.ts";

export const statuses: Case = {
  name: "statuses",
  about: "webhooks with statuses (sent, delivered, read): 1 each over 64 connections, 100 each over 8",
  async run(bench) {
    const workspace = await bench.workspace("statuses");
    await fillConversations(bench.postgres.watcher, workspace, 0, 5000);
    bench.add(
      figureOf("statuses", "1 status each", await statusesSingle(bench, workspace), higher(0.25, 0.35)),
    );
    bench.add(
      figureOf("statuses", "100 statuses each", await statusesBatch(bench, workspace), higher(0.3, 0.6)),
    );
  },
};

export async function statusesSingle(bench: Bench, workspace: Workspace): Promise<Measured> {
  const echo = await bench.controls.echo();
  const measured = await statusesOf(bench, workspace, { perBody: 1, connections: 64, perSecond: 12_000 });
  return { ...measured, control: { name: "echo", value: echo.requestsPerSecond, unit: "req/s" } };
}

export async function statusesBatch(bench: Bench, workspace: Workspace): Promise<Measured> {
  const copy = await bench.controls.copy();
  const measured = await statusesOf(bench, workspace, { perBody: 100, connections: 8, perSecond: 60_000 });
  return { ...measured, control: { name: "copy", value: copy.perSecond, unit: "rows/s" } };
}

async function statusesOf(
  bench: Bench,
  workspace: Workspace,
  { perBody, connections, perSecond }: { perBody: number; connections: number; perSecond: number },
): Promise<Measured> {
  const { watcher } = bench.postgres;
  const seconds = bench.options.seconds + bench.options.warmUpSeconds;
  // Enough that they do not run out: each message has three.
  const messages = Math.min(150_000, Math.ceil((perSecond * seconds) / 3));
  const sent = await fillSent(watcher, workspace, messages);
  const { result, cpuMicros } = await withCpuCost(
    bench,
    () =>
      bench.load({
        number: workspace.number,
        source: { kind: "statuses", sent },
        perBody,
        connections,
      }),
    ({ accepted }) => accepted,
  );
  const faults = [
    ...answerFaults(result.answers),
    ...(await statusFaults(
      bench,
      sent.map(({ ours }) => ours!),
      result.accepted,
    )),
  ];
  return {
    value: result.itemsPerSecond,
    unit: "status/s",
    details: { latency: result.latency, accepted: result.accepted, cpuMicros },
    faults,
  };
}

/** The first messages have to be read, the next delivered, the rest sent: as many as were acknowledged. */
async function statusFaults({ postgres }: Bench, ids: string[], accepted: number): Promise<string[]> {
  const { rows } = await postgres.watcher.query(
    `select
       count(*) filter (where status in ('delivered', 'read'))::int as delivered,
       count(*) filter (where status = 'read')::int as read
     from app_public.message_statuses where message_id = any ($1)`,
    [ids],
  );
  const expected = {
    delivered: Math.min(ids.length, Math.max(0, accepted - ids.length)),
    read: Math.max(0, accepted - 2 * ids.length),
  };
  return (["delivered", "read"] as const)
    .filter((status) => rows[0][status] !== expected[status])
    .map((status) => `${rows[0][status]} messages are ${status}, not ${expected[status]}`);
}
