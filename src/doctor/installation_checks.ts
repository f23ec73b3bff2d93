import { readOperationsStatus } from "../database/operations_status.ts";
import { schemaState } from "../database/schema_state.ts";
import { checkWorkers } from "../database/status_checks.ts";
import { JOBS } from "../jobs/registry.ts";
import { bySql, type Check } from "./check.ts";
import { findUnopenedSecrets } from "./unopened_secrets.ts";

/** Tasks that run again soon by their schedule: a failed run needs no attention. */
const REPEATED = Object.entries(JOBS).flatMap(([task, job]) =>
  "schedule" in job && "maxAttempts" in job.schedule ? [task] : [],
);

/** The parts of the installation: schema, workers, jobs, upkeep, secrets, files. */
export const INSTALLATION_CHECKS: readonly Check[] = [
  {
    name: "migrations",
    severity: "problem",
    meaning: "The database has no schema yet, or one that is older than this program.",
    remedy: "Run `parley migrate`.",
    async find({ db }) {
      const state = await schemaState(db);
      return state === "current" ? [] : [{ what: `the schema is ${state}` }];
    },
  },
  {
    name: "workers",
    severity: "problem",
    needsPrimary: true,
    meaning: "Jobs are not done: messages are not sent, chatbots do not answer.",
    remedy:
      "Start `parley work`, or look at the log of the one that runs. One that is silent is suspended or caught in a loop: restart it.",
    async find({ db }) {
      const { ok, detail } = checkWorkers(await readOperationsStatus(db));
      if (detail === undefined) return [];
      return [{ what: detail, ...(ok && { severity: "warning" as const }) }];
    },
  },
  {
    name: "failing_tasks",
    severity: "problem",
    meaning: "A periodic task fails again and again: its work is not done.",
    remedy: "See the log of the worker for the error.",
    async find({ db }) {
      const { failingUpkeep } = await readOperationsStatus(db);
      return failingUpkeep.map((task) => ({ what: task }));
    },
  },
  {
    name: "jobs_given_up",
    severity: "warning",
    meaning: "Jobs have failed for the last time and are kept for you to look at.",
    remedy:
      "Read `last_error` in `graphile_worker.jobs`; then `graphile_worker.reschedule_jobs` or `complete_jobs` with their ids.",
    find: bySql(
      `select format('%s: %s, the last one at %s', task_identifier, count(*), date_trunc('second', max(updated_at))) as what
       from graphile_worker.jobs
       where attempts >= max_attempts and locked_at is null and last_error is not null
       and not task_identifier = any ($1)
       group by task_identifier
       order by task_identifier`,
      () => [REPEATED],
    ),
  },
  {
    name: "maintenance",
    severity: "warning",
    meaning: "The daily task `maintain` did not run: partitions are not made ahead, and old rows stay.",
    remedy: "Keep a worker running at 03:17 UTC or within 24 hours after it.",
    find: bySql(
      `select format('last run: %s', coalesce(date_trunc('second', last_execution)::text, 'never')) as what
       from graphile_worker._private_known_crontabs
       where identifier = 'maintain'
       and coalesce(last_execution, known_since) < now() - make_interval(secs => $1)`,
      ({ limits }) => [limits.maintenanceSeconds],
    ),
  },
  {
    name: "retention",
    severity: "warning",
    meaning: "Webhook bodies are older than any tenant keeps them: their partition could not be dropped.",
    remedy: "End what reads the partition (a dump, a report); the next run of `maintain` drops it.",
    find: bySql(
      `select format('%s is %s', name, state) as what
       from app_private.expired_partitions(make_interval(days => $1))`,
      ({ limits }) => [limits.retentionSlackDays],
    ),
  },
  {
    name: "backup",
    severity: "warning",
    meaning:
      "The last whole backup by `parley backup` is more than three days old: what was stored since would be lost with the server.",
    remedy: "See why the scheduled backup fails, and run `parley backup`; then `parley backup verify`.",
    find: bySql(
      `select format('the last one is of %s, to %s', date_trunc('second', b.taken_at), b.target) as what
       from (
         select * from app_private.backups where scope = 'whole' order by taken_at desc limit 1
       ) b
       where b.taken_at < now() - make_interval(secs => $1)`,
      ({ limits }) => [limits.backupSeconds],
    ),
  },
  {
    name: "secrets",
    severity: "problem",
    isCostly: true,
    meaning:
      "A stored secret cannot be opened with `PARLEY_SECRET_KEY` or `PARLEY_PREVIOUS_SECRET_KEY`: its channel cannot receive or send.",
    remedy: "Set the key that it was sealed with, or set the secret again (`parley channel rotate-secrets`).",
    find: findUnopenedSecrets,
  },
  {
    name: "media_storage",
    severity: "warning",
    isCostly: true,
    meaning: "Files cannot be stored or read. Texts are not affected.",
    remedy: "See the chapter on media storage in `docs/operations.md`.",
    async find({ media }) {
      try {
        await media?.check();
        return [];
      } catch (error) {
        return [{ what: error instanceof Error ? error.message : String(error) }];
      }
    },
  },
  {
    name: "search",
    severity: "warning",
    meaning: "New messages of a tenant are not found by searches.",
    remedy: "Read `error` in `app_private.search_progress`; it is retried.",
    find: bySql(
      `select format('%s: %s', t.slug, left(p.error, 200)) as what
       from app_private.search_progress p
       join app_public.tenants t on t.id = p.tenant_id
       where p.error is not null
       order by t.slug`,
    ),
  },
];
