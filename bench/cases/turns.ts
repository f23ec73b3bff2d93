import type { Bench } from "../bench.ts";
import { higher } from "../report/figure.ts";
import { eventually } from "../stage/counts.ts";
import { withCpuCost } from "../stage/cpu_cost.ts";
import { fillConversations, withoutTriggers } from "../stage/fill.ts";
import { cpuSeconds, familyCpuSeconds } from "../stage/processes.ts";
import { addChatbot, ONE_MESSAGE, ONE_QUESTION, type Workspace } from "../stage/workspace.ts";
import { type Case, figureOf, type Measured } from "./measured.ts";

const WAITING = 10_000;

export const turns: Case = {
  name: "turns",
  about: "chatbot turns a second with no and with many finished runs; what 10,000 waiting conversations cost",
  async run(bench) {
    const many = bench.options.isQuick ? 100_000 : 1_000_000;
    const workspace = await bench.workspace("turns");
    await fillConversations(bench.postgres.watcher, workspace, 0, WAITING);
    await bench.postgres.watcher.query("update app_public.channels set status = 'paused' where id = $1", [
      workspace.channelId,
    ]);
    await bench.postgres.watcher.query("analyze");
    await addChatbot(bench.program, workspace, ONE_MESSAGE);
    // Twice each, the first time unmeasured: pages that were not touched since a checkpoint are written whole.
    await turnsPerSecond(bench, workspace);
    const few = await turnsPerSecond(bench, workspace);
    bench.add(figureOf("turns", "no finished runs", few));
    await fillRuns(bench, workspace, many);
    await turnsPerSecond(bench, workspace);
    const grown = await turnsPerSecond(bench, workspace);
    const control = { name: "with none", value: few.value, unit: "turns/s" };
    bench.add(
      figureOf(
        "turns",
        `${many.toLocaleString("en-US")} finished runs`,
        { ...grown, control },
        higher(0.85, 0.95),
      ),
    );
    await idleCost(bench, workspace);
  },
};

/** The messages are stored first, by the API alone; then a worker finds them. */
async function turnsPerSecond(bench: Bench, { tenantId, number }: Workspace): Promise<Measured> {
  const { program, postgres } = bench;
  const { watcher } = postgres;
  const before = await runsOf(bench, tenantId);
  await program.stop();
  await program.start("serve");
  const source = { kind: "messages", first: 0, customers: WAITING, series: bench.series() } as const;
  await bench.load({ number, source, perBody: 100, connections: 4, limit: WAITING / 100, seconds: 60 });
  await program.stop();
  const mark = (await watcher.query("select clock_timestamp()::text as now")).rows[0].now;
  await program.start("work");
  const areTaken = "not exists (select from app_private.chatbot_events where tenant_id = $1)";
  const { result: isDone, cpuMicros } = await withCpuCost(
    bench,
    () => eventually(watcher, areTaken, [tenantId], 60_000),
    () => WAITING,
  );
  const { rows } = await watcher.query(
    `select extract(epoch from max(created_at) - min(created_at))::float8 as seconds, count(*)::int as replies
     from app_public.messages where tenant_id = $1 and direction = 'outbound' and created_at > $2`,
    [tenantId, mark],
  );
  await program.stop();
  await program.start();
  const { seconds, replies } = rows[0];
  const runs = (await runsOf(bench, tenantId)) - before;
  const faults =
    isDone && replies === WAITING && runs === WAITING
      ? []
      : [`${replies} replies and ${runs} runs of ${WAITING}`];
  return { value: replies / seconds, unit: "turns/s", details: { cpuMicros }, faults };
}

async function runsOf({ postgres }: Bench, tenantId: string): Promise<number> {
  const { rows } = await postgres.watcher.query(
    "select count(*)::int as runs from app_public.conversation_contexts where tenant_id = $1",
    [tenantId],
  );
  return rows[0].runs;
}

/** Finished runs of the same conversations, like the last ones. */
async function fillRuns({ postgres }: Bench, { tenantId }: Workspace, count: number): Promise<void> {
  const { watcher } = postgres;
  await withoutTriggers(watcher, () =>
    watcher.query(
      `insert into app_public.conversation_contexts (
         tenant_id, conversation_id, chatbot_id, version_id, status, current_node_id, variables, node_history, node_outputs,
         state, completion_reason, completed_at, created_at
       )
       select
         x.tenant_id, x.conversation_id, x.chatbot_id, x.version_id, 'completed', x.current_node_id, x.variables,
         x.node_history, x.node_outputs, x.state, x.completion_reason, x.completed_at, x.created_at - n * interval '1 hour'
       from app_public.conversation_contexts x, generate_series(1, $2) n
       where x.tenant_id = $1`,
      [tenantId, Math.ceil(count / WAITING)],
    ),
  );
  await watcher.query("vacuum analyze app_public.conversation_contexts");
}

/** CPU of Parley and the database over some idle seconds, without and with conversations that wait for an answer. */
async function idleCost(bench: Bench, workspace: Workspace): Promise<void> {
  const idle = await idleCpu(bench);
  await addChatbot(bench.program, workspace, ONE_QUESTION);
  const source = { kind: "messages", first: 0, customers: WAITING, series: bench.series() } as const;
  await bench.load({
    number: workspace.number,
    source,
    perBody: 100,
    connections: 4,
    limit: WAITING / 100,
    seconds: 60,
  });
  const areWaiting = `(select count(*) from app_public.conversation_contexts where tenant_id = $1 and is_active) = ${WAITING}`;
  const isSo = await eventually(bench.postgres.watcher, areWaiting, [workspace.tenantId], 60_000);
  const waiting = await idleCpu(bench);
  bench.add({
    case: "turns",
    name: `${WAITING.toLocaleString("en-US")} waiting, CPU while idle`,
    value: waiting * 100,
    unit: "% of a core",
    control: { name: "none waiting", value: idle * 100, unit: "%" },
    faults: isSo ? [] : ["not all of them wait"],
  });
}

/**
 * Of one core, while nothing happens: what the last burst left for autovacuum, and what plans make of tables without
 * statistics, is done with first. A whole minute has one of each minute's tasks.
 */
async function idleCpu({ program, postgres, options }: Bench): Promise<number> {
  const seconds = options.isQuick ? 5 : 60;
  await postgres.watcher.query("select app_private.roll_up_chatbot_activity(1000000)");
  await postgres.watcher.query("vacuum analyze");
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const used = async () => (await cpuSeconds(program.pid())) + (await familyCpuSeconds(postgres.postmaster));
  const before = await used();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return ((await used()) - before) / seconds;
}
