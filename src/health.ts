import type pg from "pg";
import type { Log } from "./log.ts";
import { type OperationsStatus, readOperationsStatus } from "./operations_status.ts";
import { schemaState } from "./schema_state.ts";

/** What is looked at. All have to be well for a process to be ready. */
export type CheckName = "database" | "migrations" | "worker" | "outbox" | "partitions";

/** `detail` says what is wrong, in words for the operator and without anything of a customer. */
export type Check = { ok: boolean; detail?: string };

export type Health = { ready: boolean; checks: Partial<Record<CheckName, Check>> };

/** Looks, at most once a second: whoever asks in between gets the last answer. Never throws. */
export type HealthProbe = () => Promise<Health>;

const FRESH_MS = 1_000;
const PATIENCE_MS = 3_000;
/** A due job that nobody has taken for so long means that no worker works. */
const JOB_PATIENCE_SECONDS = 60;

export function createHealthProbe(pool: pg.Pool, log: Log): HealthProbe {
  let last: Promise<Health> | undefined;
  return () => {
    if (last) return last;
    const looking = look(pool, log);
    last = looking;
    void looking.then(() => setTimeout(() => (last = undefined), FRESH_MS).unref());
    return looking;
  };
}

async function look(pool: pg.Pool, log: Log): Promise<Health> {
  const checks = await inTime(lookAt(pool)).catch((error: unknown): Health["checks"] => {
    log.warn({ err: error instanceof Error ? error.message : String(error) }, "the database is not well");
    return { database: { ok: false, detail: "cannot be reached" } };
  });
  return { ready: Object.values(checks).every(({ ok }) => ok), checks };
}

async function lookAt(pool: pg.Pool): Promise<Health["checks"]> {
  const schema = await schemaState(pool);
  const migrations: Check = { ok: schema === "current", ...(schema !== "current" && { detail: schema }) };
  if (!migrations.ok) return { database: { ok: true }, migrations };
  return { database: { ok: true }, migrations, ...judge(await readOperationsStatus(pool)) };
}

/** What the figures mean. */
export function judge(status: OperationsStatus): Pick<Health["checks"], "worker" | "outbox" | "partitions"> {
  const { workers, jobsOldestDueSeconds, stuckChannels, filledDefaultPartitions } = status;
  const worker =
    workers === 0
      ? failed("none is running")
      : jobsOldestDueSeconds > JOB_PATIENCE_SECONDS
        ? failed(`a job has been due for ${Math.round(jobsOldestDueSeconds)} s`)
        : { ok: true };
  return {
    worker,
    outbox: stuckChannels === 0 ? { ok: true } : failed(`${stuckChannels} channels have stopped sending`),
    partitions:
      filledDefaultPartitions.length === 0
        ? { ok: true }
        : failed(`${filledDefaultPartitions.join(", ")} should be empty`),
  };
}

function failed(detail: string): Check {
  return { ok: false, detail };
}

function inTime<T>(work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("the database does not answer in time")), PATIENCE_MS);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}
