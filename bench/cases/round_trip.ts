import type { Bench } from "../bench.ts";
import { higher } from "../report/figure.ts";
import { type Counts, countsOf, eventually } from "../stage/counts.ts";
import { withCpuCost } from "../stage/cpu_cost.ts";
import { addChatbot, ONE_MESSAGE, type Workspace } from "../stage/workspace.ts";
import type { Latency } from "../world/latency.ts";
import type { MetaCounts, RoundTripsResult } from "../world/meta.ts";
import { introduce } from "./inbound.ts";
import { type Case, figureOf, type Measured } from "./measured.ts";

const CUSTOMERS_EACH = 20;
const CONTACTS = 64;

export const roundTrip: Case = {
  name: "round-trip",
  about: "webhook, stored, bot turn, Graph POST, outcome stored: 64 contacts at once, then one at a time",
  async run(bench) {
    const workspace = await botWorkspace(bench, "roundtrip");
    bench.add(
      figureOf(
        "round-trip",
        "64 contacts at once",
        await roundTripsAtOnce(bench, workspace),
        higher(0.35, 0.5),
      ),
    );
    bench.add(
      figureOf("round-trip", "one at a time, p50", await roundTripLatency(bench, workspace), {
        of: "ratio",
        better: "lower",
        floor: 6,
        aim: 3,
      }),
    );
  },
};

/** With a one-message chatbot, and customers who have written before. */
export async function botWorkspace(bench: Bench, slug: string, graphUrl?: string): Promise<Workspace> {
  const workspace = await bench.workspace(slug, graphUrl);
  await introduce(bench, workspace, CONTACTS * CUSTOMERS_EACH);
  await addChatbot(bench.program, workspace, ONE_MESSAGE);
  return workspace;
}

export async function roundTripsAtOnce(bench: Bench, workspace: Workspace): Promise<Measured> {
  const loop = await bench.controls.loop(CONTACTS);
  const measured = await roundTripsOf(bench, workspace, CONTACTS);
  return { ...measured, control: { name: "loop without database", value: loop.perSecond, unit: "/s" } };
}

async function roundTripLatency(bench: Bench, workspace: Workspace): Promise<Measured> {
  const commit = await bench.controls.commits(1);
  const post = await bench.controls.posts(1);
  const measured = await roundTripsOf(bench, workspace, 1);
  return {
    ...measured,
    value: measured.latency.p50,
    unit: "ms",
    control: { name: "commit + POST", value: commit.latency.p50 + post.latency.p50, unit: "ms" },
  };
}

async function roundTripsOf(
  bench: Bench,
  workspace: Workspace,
  contacts: number,
): Promise<Measured & { latency: Latency }> {
  const { meta, postgres, options } = bench;
  const before = await countsOf(postgres.watcher, workspace.tenantId);
  const { result, cpuMicros } = await withCpuCost(
    bench,
    () =>
      meta.ask<RoundTripsResult>({
        kind: "round_trips",
        number: workspace.number,
        contacts,
        customersEach: CUSTOMERS_EACH,
        firstCustomer: 0,
        series: bench.series(),
        seconds: options.seconds,
        warmUpSeconds: options.warmUpSeconds,
      }),
    ({ answered }) => answered,
  );
  const isEmpty = "not exists (select from app_private.outbox where tenant_id = $1)";
  await eventually(postgres.watcher, isEmpty, [workspace.tenantId], 10_000);
  const after = await countsOf(postgres.watcher, workspace.tenantId);
  const { duplicates } = await meta.ask<MetaCounts>({ kind: "counts" });
  return {
    value: result.perSecond,
    unit: "/s",
    latency: result.latency,
    details: { latency: result.latency, begun: result.begun, answered: result.answered, cpuMicros },
    faults: roundTripFaults(before, after, result, duplicates),
  };
}

function roundTripFaults(
  before: Counts,
  after: Counts,
  result: RoundTripsResult,
  duplicates: number,
): string[] {
  const { begun, unanswered, refused } = result;
  const faults: string[] = [];
  if (refused > 0) faults.push(`${refused} webhooks were refused`);
  if (unanswered > 0) faults.push(`${unanswered} messages were not answered in time`);
  if (duplicates > 0) faults.push(`${duplicates} messages went out twice`);
  const grown = (key: keyof Counts) => after[key] - before[key];
  if (grown("inbound") !== begun) faults.push(`${grown("inbound")} stored of ${begun}`);
  if (grown("outbound") !== begun) faults.push(`${grown("outbound")} replies to ${begun}`);
  if (grown("sent") !== begun) faults.push(`${grown("sent")} outcomes of ${begun}`);
  if (after.outbox > 0) faults.push(`${after.outbox} are left in the outbox`);
  return faults;
}
