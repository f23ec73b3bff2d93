import type pg from "pg";
import { type ErasedPerson, redactBody } from "./redact_body.ts";

/** Bodies that are searched by one statement. */
const PAGE = 500;
const FIRST_ID = "00000000-0000-0000-0000-000000000000";

/**
 * Removes an erased person from the stored webhook bodies of a tenant. May be interrupted and run again.
 * @returns the number of changed bodies
 */
export async function redactWebhooks(pool: pg.Pool, tenantId: string, person: ErasedPerson): Promise<number> {
  const { rows: channels } = await pool.query<{ id: string }>(
    "select id from app_public.channels where tenant_id = $1 order by id",
    [tenantId],
  );
  let redacted = 0;
  for (const { id } of channels) redacted += await redactChannel(pool, id, person);
  return redacted;
}

async function redactChannel(pool: pg.Pool, channelId: string, person: ErasedPerson): Promise<number> {
  const needles = [...person.addresses].map((address) => Buffer.from(address));
  let redacted = 0;
  for (let after = FIRST_ID; ; ) {
    const { rows } = await pool.query<{ id: string; body: Buffer | null }>(
      `select e.id, case when exists (select from unnest($3::bytea[]) n where position(n in e.body) > 0) then e.body end as body
       from app_public.webhook_events e
       where e.channel_id = $1 and e.id > $2
       order by e.id
       limit ${PAGE}`,
      [channelId, after, needles],
    );
    for (const { id, body } of rows) {
      const left = body && redactBody(body, person);
      if (left === null) continue;
      await pool.query("update app_public.webhook_events set body = $2 where id = $1", [id, left]);
      redacted += 1;
    }
    if (rows.length < PAGE) return redacted;
    after = rows.at(-1)!.id;
  }
}
