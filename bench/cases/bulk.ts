import type { Bench } from "../bench.ts";
import { higher } from "../report/figure.ts";
import { fillConversations, withoutTriggers } from "../stage/fill.ts";
import { connect } from "../stage/postgres.ts";
import type { Workspace } from "../stage/workspace.ts";
import { type Case, figureOf, type Measured } from "./measured.ts";

export const bulk: Case = {
  name: "bulk",
  about: "one SQL statement that inserts 100,000 queued template messages, all triggers and checks on",
  async run(bench) {
    const workspace = await bench.workspace("bulk");
    const count = bench.options.isQuick ? 20_000 : 100_000;
    await fillConversations(bench.postgres.watcher, workspace, 0, count);
    await bench.postgres.watcher.query("analyze");
    const measured = await bulkInsert(bench, workspace, count);
    bench.add(figureOf("bulk", `${count.toLocaleString("en-US")} templates`, measured, higher(0.12, 0.3)));
  },
};

/** Nothing is sent: the channel is paused, as a person may do. What was queued is thrown away afterwards. */
export async function bulkInsert(
  bench: Bench,
  { tenantId, channelId }: Workspace,
  count: number,
): Promise<Measured> {
  const { watcher, ownerUrl } = bench.postgres;
  const copy = await bench.controls.copy();
  await watcher.query("update app_public.channels set status = 'paused' where id = $1", [channelId]);
  const owner = await connect(ownerUrl);
  try {
    const began = performance.now();
    const { rowCount } = await owner.query(
      `insert into app_public.messages (conversation_id, type, content)
       select c.id, 'template', jsonb_build_object(
         'name', 'order_update', 'language', jsonb_build_object('code', 'en_US'),
         'components', jsonb_build_array(jsonb_build_object('type', 'body', 'parameters',
           jsonb_build_array(jsonb_build_object('type', 'text', 'text', p.profile_name)))))
       from app_public.conversations c
       join app_public.contacts p on p.id = c.contact_id
       where c.tenant_id = $1
       limit $2`,
      [tenantId, count],
    );
    const seconds = (performance.now() - began) / 1000;
    const { rows } = await watcher.query(
      `select count(*)::int as queued from app_private.outbox o
       join app_public.message_statuses s using (tenant_id, message_id)
       where tenant_id = $1 and s.status = 'queued'`,
      [tenantId],
    );
    const isWhole = rowCount === count && rows[0].queued === count;
    return {
      value: count / seconds,
      unit: "msg/s",
      control: { name: "copy", value: copy.perSecond, unit: "rows/s" },
      details: { seconds },
      faults: isWhole ? [] : [`${rows[0].queued} are queued, not ${count}`],
    };
  } finally {
    await owner.end();
    await withoutTriggers(watcher, async () => {
      for (const table of ["app_private.outbox", "app_private.outbox_lanes"])
        await watcher.query(`delete from ${table} where tenant_id = $1`, [tenantId]);
    });
    await watcher.query("update app_public.channels set status = 'active' where id = $1", [channelId]);
  }
}
