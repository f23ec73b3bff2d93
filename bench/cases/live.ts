import type { Bench } from "../bench.ts";
import { type Figure, lowerValue } from "../report/figure.ts";
import { addAgents } from "../stage/add_agents.ts";
import { type Child, startChild } from "../stage/child.ts";
import { withCpuCost } from "../stage/cpu_cost.ts";
import { fillConversations } from "../stage/fill.ts";
import type { Workspace } from "../stage/workspace.ts";
import type { AgentsRequest, AgentsResult } from "../world/agents.ts";
import type { Case } from "./measured.ts";

/** What a row of an inbox shows. */
const ROW = `id status unreadCount lastActivityAt lastMessagePreview windowExpiresAt chatbotPausedUntil
  contact { id name profileName phone contactTags(first: 5) { nodes { tag { id name color } } } }
  assignee { user { id name avatarUrl } } channel { id name }
  lastMessage { id direction author type content occurredAt }`;
const DOCUMENTS = [
  `subscription { messageAdded { id direction author type content occurredAt conversation { ${ROW} } } }`,
  `subscription { conversationChanged { ${ROW} } }`,
];
const MESSAGES = 100;
const EVENTS = MESSAGES * DOCUMENTS.length;
/** How often they are inserted; the CPU of one time is too little to measure. */
const ROUNDS = 5;
const AGENTS = [1, 20, 50] as const;
const TIMEOUT_MS = 120_000;
/** How long backends may keep what they have counted. */
const COUNTED_AFTER_MS = 1_500;

export const live: Case = {
  name: "live",
  about: "100 messages in one insert, reported to 1, 20 and 50 agents with what a row of an inbox shows",
  async run(bench) {
    const workspace = await bench.workspace("live");
    const { watcher } = bench.postgres;
    await fillConversations(watcher, workspace, 0, MESSAGES);
    await watcher.query("update app_public.channels set status = 'paused' where id = $1", [
      workspace.channelId,
    ]);
    await watcher.query("analyze");
    const tokens = await addAgents(bench, workspace.tenantId, Math.max(...AGENTS));
    let alone: Figure["control"];
    for (const count of AGENTS) {
      const reported = await reportToAgents(bench, workspace, tokens.slice(0, count));
      const { lastMs, cost, faults, ...details } = reported;
      const figure = { case: "live", details, faults };
      bench.add({
        ...figure,
        name: `last event, ${count} ${count === 1 ? "agent" : "agents"}`,
        value: lastMs,
        unit: "ms",
        ...(count > 1 && { target: lowerValue(2_000, 1_000) }),
      });
      bench.add({
        ...figure,
        name: `database CPU of a message, ${count} ${count === 1 ? "agent" : "agents"}`,
        value: cost,
        unit: "µs",
        ...(alone && {
          control: alone,
          ratio: cost / alone.value,
          target: { of: "ratio", better: "lower", floor: 2, aim: 1.2 },
        }),
      });
      alone ??= { name: "one agent", value: cost, unit: "µs" };
    }
  },
};

type Reported = {
  /** From the insert to the last event, in the slowest round. */
  lastMs: number;
  /** CPU of Postgres for a message, its insert included: microseconds. */
  cost: number;
  transactions: number;
  parleyMicros: number;
  bytes: number;
  faults: string[];
};

async function reportToAgents(bench: Bench, workspace: Workspace, tokens: string[]): Promise<Reported> {
  const agents = startChild<AgentsRequest>("world/agents.ts");
  try {
    const url = `${bench.program.url.replace("http", "ws")}/graphql`;
    await agents.ask({ kind: "connect", url, tokens, documents: DOCUMENTS });
    // Subscriptions are not acknowledged.
    await new Promise((resolve) => setTimeout(resolve, COUNTED_AFTER_MS));
    // Once unmeasured: plans are made.
    await insertAndWait(bench, workspace, agents);
    const before = await transactions(bench);
    const { result, cpuMicros } = await withCpuCost(
      bench,
      async () => {
        const rounds = [];
        for (let n = 0; n < ROUNDS; n += 1) rounds.push(await insertAndWait(bench, workspace, agents));
        return rounds;
      },
      () => ROUNDS * MESSAGES,
    );
    return {
      lastMs: Math.max(...result.map(({ lastMs }) => lastMs)),
      cost: cpuMicros.postgres,
      parleyMicros: cpuMicros.parley,
      transactions: (await transactions(bench)) - before,
      bytes: result.reduce((sum, { bytes }) => sum + bytes, 0),
      faults: result.flatMap(({ fewest, most, errors }) =>
        fewest === EVENTS && most === EVENTS && errors === 0
          ? []
          : [`${fewest} to ${most} events, ${errors} errors`],
      ),
    };
  } finally {
    await agents.end();
  }
}

async function insertAndWait(
  { postgres }: Bench,
  { tenantId }: Workspace,
  agents: Child<AgentsRequest>,
): Promise<AgentsResult & { lastMs: number }> {
  const waited = agents.ask<AgentsResult>(
    { kind: "wait", expected: EVENTS, timeoutMs: TIMEOUT_MS },
    2 * TIMEOUT_MS,
  );
  const began = Date.now();
  await postgres.watcher.query(
    `insert into app_public.messages (conversation_id, type, content)
     select id, 'text', '{"body": "Your order is on its way."}' from app_public.conversations where tenant_id = $1`,
    [tenantId],
  );
  const result = await waited;
  return { ...result, lastMs: result.lastAt - began };
}

/** How many transactions the database has counted, waiting until backends have reported them. */
async function transactions({ postgres }: Bench): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, COUNTED_AFTER_MS));
  const { rows } = await postgres.watcher.query(
    "select xact_commit::int as count from pg_stat_database where datname = current_database()",
  );
  return rows[0].count;
}
