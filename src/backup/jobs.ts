import type { Db } from "../database/db.ts";
import { damaged } from "./damaged.ts";
import type { ListedTable } from "./table_list.ts";

/**
 * The jobs that still have to be run. They are kept as what `graphile_worker.add_job()` takes, because the tables of
 * graphile-worker change with its versions. One that was running when the backup was made is run again; those that have
 * failed for good are left out.
 */
export const JOBS: ListedTable = {
  name: "graphile_worker.jobs",
  columns: ["identifier", "payload", "queue_name", "run_at", "max_attempts", "job_key", "priority", "flags"],
};

/** The rows of {@link JOBS}, or only those whose payload has an id of a tenant's row. */
export function jobRows(tenantId?: string): string {
  return `
    select t.identifier, j.payload, q.queue_name, j.run_at, j.max_attempts, j.key, j.priority,
      array(select f.flag from jsonb_object_keys(j.flags) f (flag)) as flags
    from graphile_worker._private_jobs j
    join graphile_worker._private_tasks t on t.id = j.task_id
    left join graphile_worker._private_job_queues q on q.id = j.job_queue_id
    where j.attempts < j.max_attempts ${tenantId === undefined ? "" : `and (${hasIdOf(`= '${tenantId}'`)})`}
    order by j.id`;
}

/** Whether an id in the payload of the job `j` is that of a row whose tenant is as `is` says. */
function hasIdOf(is: string): string {
  const conditions = Object.entries(OWNERS).map(
    ([key, table]) =>
      `exists (select from ${table} o where o.id = (j.payload ->> '${key}')::uuid and o.${table === TENANTS ? "id" : "tenant_id"} ${is})`,
  );
  return conditions.join(" or ");
}

const TENANTS = "app_public.tenants";

/** The tables of the ids in payloads. */
export const OWNERS: Readonly<Record<string, string>> = {
  campaignId: "app_public.campaigns",
  channelId: "app_public.channels",
  contactId: "app_public.contacts",
  contextId: "app_public.conversation_contexts",
  conversationId: "app_public.conversations",
  conversionId: "app_public.conversions",
  erasureId: "app_public.erasures",
  importId: "app_public.imports",
  invitationId: "app_public.invitations",
  mediaId: "app_public.media",
  templateChangeId: "app_public.template_changes",
  tenantId: TENANTS,
};

/** A place for the rows until they are jobs. */
export async function createJobTable(db: Db): Promise<string> {
  await db.query(
    `create temp table restored_jobs (
       identifier text, payload json, queue_name text, run_at timestamptz, max_attempts int, job_key text, priority int,
       flags text[]
     ) on commit drop`,
  );
  return "pg_temp.restored_jobs";
}

/** A file made by hand could have jobs for other tenants, or replace theirs by the key. @throws ParleyError PYBAK */
export async function requireTenantJobs(db: Db, tenantId: string): Promise<void> {
  const { rowCount } = await db.query(
    `select from pg_temp.restored_jobs j
     where not (${hasIdOf(`= '${tenantId}'`)}) or ${hasIdOf(`<> '${tenantId}'`)}
     or exists (select from graphile_worker._private_jobs other where other.key = j.job_key)
       and not exists (
         select from json_each_text(j.payload) p
         where p.key = any ($1) and split_part(j.job_key, ':', 2) = p.value
       )
     limit 1`,
    [Object.keys(OWNERS)],
  );
  if (rowCount !== 0) throw damaged("it has jobs that do not belong to the tenant");
}

export async function addRestoredJobs(db: Db): Promise<void> {
  await db.query(
    `select count(graphile_worker.add_job(
       j.identifier, j.payload, j.queue_name, j.run_at, j.max_attempts, j.job_key, j.priority, nullif(j.flags, '{}')
     ))
     from pg_temp.restored_jobs j`,
  );
}
