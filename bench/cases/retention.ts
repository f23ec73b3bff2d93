import type { Bench } from "../bench.ts";
import { higher } from "../report/figure.ts";
import { eventually } from "../stage/counts.ts";
import { fillConversations, fillMessages } from "../stage/fill.ts";
import { inboundOf, introduce } from "./inbound.ts";
import { type Case, figureOf } from "./measured.ts";

const CUSTOMERS = 5000;
const SHAPE = { perBody: 1, connections: 64 };

export const retention: Case = {
  name: "retention",
  about: "webhooks while 1,000,000 old messages are archived: how much slower than without",
  async run(bench) {
    const { watcher } = bench.postgres;
    const workspace = await bench.workspace("retention");
    await introduce(bench, workspace, CUSTOMERS);
    // Of another tenant, because the messages of the webhooks are counted.
    const old = await bench.workspace("retention-old");
    await fillConversations(watcher, old, 0, CUSTOMERS);
    await fillMessages(watcher, old, bench.options.isQuick ? 20_000 : 1_000_000);
    await watcher.query("vacuum (analyze) app_public.messages");
    // The first run of a process is half as fast as the next.
    await inboundOf(bench, workspace, SHAPE);
    const alone = await inboundOf(bench, workspace, SHAPE);
    await watcher.query(
      `with rule as (
         insert into app_public.retention_rules (tenant_id, subject, action, after)
         values ($1, 'messages', 'archive', '1 day')
       )
       select graphile_worker.add_job('apply_retention')`,
      [old.tenantId],
    );
    await eventually(watcher, "select exists (select from app_public.message_archives)", [], 30_000);
    const during = await inboundOf(bench, workspace, SHAPE);
    const archived = await archivedMessages(bench);
    // The rest goes, so that the task ends and disturbs no other case.
    await watcher.query("delete from app_public.retention_rules where tenant_id = $1", [old.tenantId]);
    await watcher.query("truncate app_public.messages, app_public.message_statuses");
    const control = { name: "without", value: alone.value, unit: "msg/s" };
    const measured = { ...during, control, details: { ...during.details, archived } };
    bench.add(figureOf("retention", "webhooks while messages are archived", measured, higher(0.9, 0.95)));
  },
};

async function archivedMessages({ postgres }: Bench): Promise<number> {
  const { rows } = await postgres.watcher.query(
    "select coalesce(sum(message_count), 0)::int as n from app_public.message_archives",
  );
  return rows[0].n;
}
