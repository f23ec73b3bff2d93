import type { Bench } from "../bench.ts";
import { lowerValue } from "../report/figure.ts";
import { startChild } from "../stage/child.ts";
import { eventually } from "../stage/counts.ts";
import type { Workspace } from "../stage/workspace.ts";
import type { MetaCounts, MetaRequest } from "../world/meta.ts";
import { SPRING } from "../world/spring_template.ts";
import type { Case } from "./measured.ts";

const START_MS = 15_000;
const AGENT_MS = 1_000;
const CHANGE_MS = 1_000;
/** How long Meta refuses messages as too many. */
const STORM_MS = 1_000;

export const campaign: Case = {
  name: "campaign",
  about:
    "a campaign at full pace, with agents' messages, two kill -9, a pause, a storm of 429 and a template that Meta pauses; the start of one to 100,000, and a pause during it",
  async run(bench) {
    const meta = startChild<MetaRequest>("world/meta.ts");
    try {
      await runWhole(bench, meta, bench.options.isQuick ? 2_000 : 20_000);
      await runStart(bench, bench.options.isQuick ? 10_000 : 100_000);
    } finally {
      await meta.end();
    }
  },
};

/** Sends to all, through all that may happen meanwhile, and counts. */
async function runWhole(
  bench: Bench,
  meta: ReturnType<typeof startChild<MetaRequest>>,
  count: number,
): Promise<void> {
  const { watcher } = bench.postgres;
  const graphUrl = `http://127.0.0.1:${await meta.ask<number>({ kind: "listen" })}`;
  const workspace = await bench.workspace("campaign", graphUrl);
  await fillContacts(bench, workspace, count);
  const { number, tenantId, slug } = workspace;
  await meta.ask({ kind: "report", number, gatherMs: 10, perBody: 100, connections: 16 });
  const agents = await watchAgents(bench, workspace);
  const change = (action: string, ...options: string[]) =>
    bench.program.command(["campaign", action, id, "--tenant", slug, ...options]);

  const began = performance.now();
  const id = await startCampaign(bench, slug);
  const kill = async () => {
    // What an agent writes to a dead process waits for the next one, which is not what is measured.
    await agents.rest();
    process.kill(bench.program.pid(), "SIGKILL");
    await bench.program.start();
    // The leases of what was being sent run out.
    await watcher.query("update app_private.outbox set lease_until = now() where state = 'sending'");
    await watcher.query("select app_private.reconcile_outbox()");
    agents.write();
  };
  const storm = async () => {
    // Meanwhile Meta accepts no message of anyone.
    await agents.rest();
    await meta.ask({ kind: "storm", ms: STORM_MS });
    await new Promise((resolve) => setTimeout(resolve, STORM_MS));
    agents.write();
  };
  const hardships: [share: number, happen: () => Promise<unknown>][] = [
    [0.15, kill],
    [0.3, () => change("pause").then(() => change("resume"))],
    [0.45, storm],
    [0.6, () => pauseTemplate(bench, meta, workspace, id).then(() => change("resume"))],
    [0.75, kill],
  ];
  for (const [share, happen] of hardships) {
    await eventually(watcher, sentSql(share), [id], 120_000);
    await happen();
  }
  // All but what a dead process may have sent.
  await eventually(
    watcher,
    `not exists (select from app_public.campaign_recipients r where r.campaign_id = $1 and r.state = 'pending')
     and not exists (select from app_private.outbox o where o.tenant_id = $2 and o.state <> 'uncertain')`,
    [id, tenantId],
    300_000,
  );
  const seconds = (performance.now() - began) / 1000;
  await passTime(bench);
  const isCompleted = "(select status = 'completed' from app_public.campaigns where id = $1)";
  await eventually(watcher, isCompleted, [id], 60_000);
  // The messages that Meta refused because of the template.
  await change("retry", "--code", "132015");
  await eventually(watcher, isCompleted, [id], 60_000);
  const latency = await agents.stop();
  await meta.ask({ kind: "drain" });
  const counts = await meta.ask<MetaCounts>({ kind: "counts" });
  await watcher.query("update app_private.campaign_progress set look_at = now()");
  await watcher.query("select app_private.track_campaigns()");

  const { rows } = await watcher.query(
    `select f.*, app_private.recount_campaigns($2) as wrong
     from app_public.campaigns c, app_public.campaigns_figures(c) f where c.id = $1`,
    [id, tenantId],
  );
  const { recipients, sent, failed, skipped, wrong } = rows[0];
  const faults: string[] = [];
  if (recipients !== count) faults.push(`${recipients} recipients of ${count}`);
  if (sent + failed + skipped !== count)
    faults.push(`${sent} sent, ${failed} failed, ${skipped} skipped of ${count}`);
  if (counts.duplicates > 0) faults.push(`${counts.duplicates} messages went out twice`);
  if (wrong > 0) faults.push(`${wrong} counts differ from a recount`);
  const name = `${count.toLocaleString("en-US")} recipients, two kill -9, a pause, a storm, a paused template`;
  bench.add({
    case: "campaign",
    name,
    value: count / seconds,
    unit: "msg/s",
    faults,
    details: { seconds, sent, failed, skipped },
  });
  bench.add({
    case: "campaign",
    name: "agents' messages meanwhile, p95 until sent",
    value: latency,
    unit: "ms",
    target: lowerValue(AGENT_MS, AGENT_MS),
    faults: [],
  });
}

/** Meta pauses the template, the campaign pauses itself, and Meta approves the template again. */
async function pauseTemplate(
  { postgres: { watcher } }: Bench,
  meta: ReturnType<typeof startChild<MetaRequest>>,
  { number, tenantId }: Workspace,
  id: string,
): Promise<void> {
  await meta.ask({ kind: "template", number, status: "PAUSED" });
  await eventually(
    watcher,
    "(select status = 'paused' from app_public.campaigns where id = $1)",
    [id],
    30_000,
  );
  await meta.ask({ kind: "template", number, status: "APPROVED" });
  await eventually(
    watcher,
    "(select bool_and(status = 'approved') from app_public.templates where tenant_id = $1)",
    [tenantId],
    30_000,
  );
}

/** Ten minutes pass for the messages that a dead process may have sent. */
async function passTime({ postgres: { watcher } }: Bench): Promise<void> {
  await watcher.query("update app_private.channel_states set last_webhook_at = now() + interval '1 minute'");
  await watcher.query(
    "update app_private.outbox set uncertain_at = now() - interval '11 minutes' where state = 'uncertain'",
  );
  await watcher.query("select app_private.reconcile_outbox()");
}

/** From the start until the first message is out; then it is cancelled. */
async function runStart(bench: Bench, count: number): Promise<void> {
  const { watcher } = bench.postgres;
  const workspace = await bench.workspace("campaign-start");
  await fillContacts(bench, workspace, count);
  const began = performance.now();
  const id = await startCampaign(bench, workspace.slug);
  const changeMs = await changeDuringStart(bench, id);
  await eventually(watcher, `exists (${SENT})`, [id], 120_000);
  const elapsed = performance.now() - began;
  const { rows } = await watcher.query(
    "select count(*)::int as recipients from app_public.campaign_recipients where campaign_id = $1",
    [id],
  );
  await bench.program.command(["campaign", "cancel", id, "--tenant", workspace.slug]);
  bench.add({
    case: "campaign",
    name: `${count.toLocaleString("en-US")} recipients: start until the first message is out`,
    value: elapsed,
    unit: "ms",
    target: lowerValue(START_MS, START_MS),
    faults: rows[0].recipients === count ? [] : [`${rows[0].recipients} recipients of ${count}`],
  });
  bench.add({
    case: "campaign",
    name: "pause and resume while these are determined, the longest",
    value: changeMs,
    unit: "ms",
    target: lowerValue(CHANGE_MS, CHANGE_MS),
    faults: [],
  });
}

/** Pauses and resumes a campaign all the time while its recipients are determined. @returns the longest wait, in ms */
async function changeDuringStart({ postgres: { watcher } }: Bench, id: string): Promise<number> {
  const durations: number[] = [];
  for (;;) {
    const { rows } = await watcher.query(
      "select frozen_at is null as is_starting from app_public.campaigns where id = $1",
      [id],
    );
    if (!rows[0].is_starting) return Math.max(0, ...durations);
    for (const action of ["pause", "resume"]) {
      const from = performance.now();
      await watcher.query(`select app_public.${action}_campaign($1)`, [id]);
      durations.push(performance.now() - from);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const SENT = `select from app_public.messages m
  join app_public.message_statuses s on s.message_id = m.id and s.status >= 'sent'
  where m.campaign_id = $1`;
const sentSql = (share: number) => `(
  select count(*) >= ${share} * (select count(*) from app_public.campaign_recipients r where r.campaign_id = $1)
  and count(*) > 0
  from (${SENT}) s)`;

async function startCampaign({ program }: Bench, slug: string): Promise<string> {
  const { id } = await program.command<{ id: string }>([
    ...[
      "campaign",
      "create",
      "Spring",
      "--tenant",
      slug,
      "--audience",
      '{"field": "name", "startsWith": "Customer"}',
    ],
    ...["--template", SPRING.name, "--parameters", '{"1": "{{contact.name|there}}"}'],
  ]);
  await program.command(["campaign", "start", id, "--tenant", slug]);
  return id;
}

/** Contacts, and the template that they get. */
async function fillContacts(bench: Bench, { tenantId, number }: Workspace, count: number): Promise<void> {
  const { watcher } = bench.postgres;
  await watcher.query(
    `insert into app_public.contacts (tenant_id, name, phone)
     select $1, 'Customer ' || n, '+1555' || lpad(n::text, 7, '0') from generate_series(1, $2::int) n`,
    [tenantId, count],
  );
  await watcher.query(
    `insert into app_public.templates (tenant_id, business_account_id, name, language, status, category, components)
     values ($1, $2, $3, $4, 'approved', 'marketing', $5)
     -- Parley may have read it from Meta's list by now.
     on conflict do nothing`,
    [tenantId, number.businessAccountId, SPRING.name, SPRING.language, JSON.stringify(SPRING.components)],
  );
  await watcher.query("analyze");
}

/** An agent who writes five times a second in a conversation of her own; how long it takes until it is sent. */
async function watchAgents({ postgres: { watcher } }: Bench, { tenantId, channelId }: Workspace) {
  const { rows } = await watcher.query(
    `with contact as (insert into app_public.contacts (tenant_id, name, phone) values ($1, 'Ann', '+15550000000') returning id)
     insert into app_public.conversations (tenant_id, channel_id, contact_id, window_expires_at)
     select $1, $2, id, now() + interval '1 day' from contact returning id`,
    [tenantId, channelId],
  );
  let isWriting = true;
  let written: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    if (!isWriting) return;
    const write = watcher
      .query(
        `insert into app_public.messages (conversation_id, type, content) values ($1, 'text', '{"body": "One moment"}')`,
        [rows[0].id],
      )
      .catch(() => {});
    written = Promise.all([written, write]);
  }, 200);
  return {
    /** Waits until all that was written is sent. */
    async rest(): Promise<void> {
      isWriting = false;
      // One that is still being written would be claimed afterwards.
      await written;
      await eventually(
        watcher,
        "not exists (select from app_private.outbox where conversation_id = $1)",
        [rows[0].id],
        10_000,
      );
    },
    write(): void {
      isWriting = true;
    },
    /** @returns the 95th percentile, in milliseconds */
    async stop(): Promise<number> {
      clearInterval(timer);
      const { rows: latency } = await watcher.query(
        `select coalesce(percentile_cont(0.95) within group (
           order by extract(epoch from s.sending_at - m.created_at)
         ) * 1000, 0)::float8 as p95
         from app_public.messages m join app_public.message_statuses s on s.message_id = m.id
         where m.conversation_id = $1 and s.sending_at is not null`,
        [rows[0].id],
      );
      return latency[0].p95;
    },
  };
}
