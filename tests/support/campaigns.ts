import type pg from "pg";
import type { Workspace } from "./people.ts";

/** A running campaign to contacts in UTC, whose recipients are determined. */
export async function aRunningCampaign(
  db: pg.PoolClient,
  workspace: Workspace,
  { contacts = 20, set = "name = 'Spring'" } = {},
): Promise<string> {
  const { tenantId, businessAccountId } = workspace;
  await db.query(
    `insert into app_public.templates (tenant_id, business_account_id, name, language, status, category, components)
     values ($1, $2, 'spring', 'en_US', 'approved', 'marketing', '[{"type": "BODY", "text": "Hello"}]')
     on conflict do nothing`,
    [tenantId, businessAccountId],
  );
  await db.query(
    `insert into app_public.contacts (tenant_id, phone, time_zone)
     select $1, '+4930' || lpad(n::text, 6, '0'), 'UTC' from generate_series(1, $2::int) n
     on conflict do nothing`,
    [tenantId, contacts],
  );
  const id = await aDraftCampaign(db, workspace, set);
  await db.query("select app_public.start_campaign($1)", [id]);
  await freezeCampaign(db, id);
  return id;
}

/** Determines the recipients of a campaign that has started. */
export async function freezeCampaign(db: pg.PoolClient, id: string): Promise<void> {
  const next = `select app_private.freeze_campaign(c) from app_public.campaigns c where c.id = $1 and c.frozen_at is null`;
  while ((await db.query(next, [id])).rowCount! > 0);
}

/** To all contacts of the tenant, with the template of aRunningCampaign(). */
export async function aDraftCampaign(
  db: pg.PoolClient,
  { tenantId }: Workspace,
  set: string,
): Promise<string> {
  const { rows } = await db.query(
    `insert into app_public.campaigns (tenant_id, name, audience, template_name)
     values ($1, 'Spring', '{"all": []}', 'spring') returning id`,
    [tenantId],
  );
  await db.query(`update app_public.campaigns set ${set} where id = $1`, [rows[0].id]);
  return rows[0].id;
}

/** One step of the feeder: how many messages, and in how many seconds the next. */
export async function stepCampaign(
  db: pg.PoolClient,
  id: string,
): Promise<{ messages: number; next_in: number | null }> {
  const { rows } = await db.query(
    `select s.messages, extract(epoch from s.next_at - now())::float as next_in
     from app_public.campaigns c, app_private.step_campaign(c) s where c.id = $1`,
    [id],
  );
  return rows[0];
}
