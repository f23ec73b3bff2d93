import type { Bench } from "../bench.ts";
import { type Figure, lowerValue } from "../report/figure.ts";
import { startChild } from "../stage/child.ts";
import { answerFaults, countsOf, eventually, inboundFaults, refusals } from "../stage/counts.ts";
import { fillConversations } from "../stage/fill.ts";
import type { Workspace } from "../stage/workspace.ts";
import type { BusinessRequest, BusinessResult } from "../world/business.ts";
import type { MetaCounts, MetaRequest } from "../world/meta.ts";

const SENDS = 1000;
const CONVERSATIONS = 20_000;
const P50_MS = 250;
/** Between the floor's and the aim's inbound messages a second. */
const INBOUND = { floor: 300, aim: 1000 } as const;

export const tier = {
  name: "tier",
  about: "Meta's highest tier: 1,000 sends/s, their 3,000 statuses/s, 300 (then 1,000) inbound/s",
  async run(bench: Bench): Promise<void> {
    for (const level of ["floor", "aim"] as const) {
      const meta = startChild<MetaRequest>("world/meta.ts");
      try {
        await runTier(bench, meta, level);
      } finally {
        await meta.end();
      }
    }
  },
};

async function runTier(
  bench: Bench,
  meta: ReturnType<typeof startChild<MetaRequest>>,
  level: "floor" | "aim",
): Promise<void> {
  const { postgres, options } = bench;
  const { watcher } = postgres;
  const seconds = options.tierSeconds;
  const graphUrl = `http://127.0.0.1:${await meta.ask<number>({ kind: "listen" })}`;
  const workspace = await bench.workspace(`tier-${level}`);
  await watcher.query("update app_public.whatsapp_channels set graph_url = $2 where channel_id = $1", [
    workspace.channelId,
    graphUrl,
  ]);
  await fillConversations(watcher, workspace, 0, CONVERSATIONS);
  await watcher.query("analyze");
  const { number, tenantId } = workspace;
  await meta.ask({ kind: "report", number, gatherMs: 10, perBody: 100, connections: 16 });
  const before = await countsOf(watcher, tenantId);

  const business = startChild<BusinessRequest>("world/business.ts");
  const ids = await watcher.query("select id from app_public.conversations where tenant_id = $1", [tenantId]);
  const backlog = watchBacklog(bench, workspace);
  const [said, heard] = await Promise.all([
    business.ask<BusinessResult>(
      {
        databaseUrl: postgres.ownerUrl,
        conversationIds: ids.rows.map(({ id }) => id),
        perSecond: SENDS,
        seconds,
      },
      (seconds + 120) * 1000,
    ),
    bench.load({
      number,
      source: { kind: "messages", first: 0, customers: CONVERSATIONS, series: bench.series() },
      perBody: 1,
      connections: 64,
      pace: INBOUND[level],
      seconds,
      warmUpSeconds: 0,
    }),
  ]).finally(() => business.end());
  const depths = await backlog.stop();
  const isEmpty = "not exists (select from app_private.outbox where tenant_id = $1)";
  await eventually(watcher, isEmpty, [tenantId], 60_000);
  await meta.ask({ kind: "drain" });
  const counts = await meta.ask<MetaCounts>({ kind: "counts" });
  const after = await countsOf(watcher, tenantId);

  const faults = [
    ...answerFaults(heard.answers),
    ...inboundFaults(before, after, heard.accepted, refusals(heard.answers)),
  ];
  if (counts.taken !== said.inserted) faults.push(`${counts.taken} were sent of ${said.inserted}`);
  if (counts.duplicates > 0) faults.push(`${counts.duplicates} messages went out twice`);
  const { rows } = await watcher.query(
    "select count(*)::int as read from app_public.message_statuses where tenant_id = $1 and status = 'read'",
    [tenantId],
  );
  if (rows[0].read !== said.inserted) faults.push(`${rows[0].read} are read of ${said.inserted}`);

  const name = `${INBOUND[level].toLocaleString("en-US")} inbound/s`;
  const last = depths.slice(Math.floor(depths.length / 2));
  const growth = slope(last);
  const figure = (
    what: string,
    value: number,
    unit: string,
    limit: number,
    more?: Partial<Figure>,
  ): Figure => ({
    case: "tier",
    name: `${name}: ${what}`,
    value,
    unit,
    target: lowerValue(limit, limit),
    faults: [],
    ...more,
  });
  bench.add(
    figure("webhook p50, messages", heard.latency.p50, "ms", P50_MS, {
      faults,
      details: { latency: heard.latency, accepted: heard.accepted, perSecond: heard.requestsPerSecond },
    }),
  );
  bench.add(figure("webhooks over 1 s", heard.latency.overOneSecond * 100, "%", 1));
  bench.add(
    figure("due status until answered, p50", counts.statusLatency.p50, "ms", P50_MS, {
      details: {
        latency: counts.statusLatency,
        posted: counts.statusesPosted,
        refused: counts.statusesRefused,
      },
    }),
  );
  bench.add(
    figure("inserting 100 messages, p50", said.latency.p50, "ms", 100, {
      details: { latency: said.latency, lateMs: said.late },
    }),
  );
  // A fiftieth of what is sent in a second, each second.
  bench.add(
    figure("outbox grows by", growth, "msg/s", SENDS / 50, {
      details: { depths, deepest: Math.max(...depths) },
    }),
  );
}

/** The depth of the outbox, once a second. */
function watchBacklog({ postgres }: Bench, { tenantId }: Workspace): { stop(): Promise<number[]> } {
  const depths: number[] = [];
  let asking: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    asking = postgres.watcher
      .query("select count(*)::int as depth from app_private.outbox where tenant_id = $1", [tenantId])
      .then(({ rows }) => void depths.push(rows[0].depth));
  }, 1000);
  return {
    async stop() {
      clearInterval(timer);
      await asking;
      return depths;
    },
  };
}

/** Of the line through the points, a second apart. */
function slope(points: readonly number[]): number {
  const n = points.length;
  if (n < 2) return 0;
  const meanX = (n - 1) / 2;
  const meanY = points.reduce((sum, y) => sum + y, 0) / n;
  let [above, below] = [0, 0];
  for (const [x, y] of points.entries()) {
    above += (x - meanX) * (y - meanY);
    below += (x - meanX) ** 2;
  }
  return above / below;
}
