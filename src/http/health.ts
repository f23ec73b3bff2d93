import type pg from "pg";
import type { Log } from "../base/log.ts";
import { remember } from "../base/remember.ts";
import { withTimeout } from "../base/timeout.ts";
import { readOperationsStatus } from "../database/operations_status.ts";
import { StandbyError } from "../database/primary_client.ts";
import { schemaState } from "../database/schema_state.ts";
import { type Check, failed, statusChecks } from "../database/status_checks.ts";
import type { MediaFiles } from "../media/media_files.ts";

/** Checks that must pass for a process to serve requests: if one fails, a load balancer should remove the process. */
const SERVING = ["database", "migrations", "partitions"] as const;
/** Checks that must pass for the installation to work: if one fails, operators should be alerted. */
const WORKING = [...SERVING, "worker"] as const;

/** All checks. Those not listed above are warnings: they concern one tenant, or a problem that is still ahead. */
type CheckName = (typeof WORKING)[number] | "outbox" | "upkeep" | "media";

type Checks = Partial<Record<CheckName, Check>>;

export type Health = {
  /** This process can serve requests. */
  serves: boolean;
  /** The whole installation works. */
  ready: boolean;
  /** The installation works, but a check reports a problem. */
  degraded: boolean;
  checks: Checks;
};

/** Runs the checks at most once a second; calls in between get the last result. Never throws. */
export type HealthProbe = () => Promise<Health>;

const FRESH_MS = 1_000;
/** A check of a bucket costs a request. */
const MEDIA_FRESH_MS = 30_000;
const TIMEOUT_MS = 3_000;

/** @param media absent: the media storage is not checked */
export function createHealthProbe(pool: pg.Pool, log: Log, media?: Pick<MediaFiles, "check">): HealthProbe {
  let last: Promise<Health> | undefined;
  const checked = remember<Check>(MEDIA_FRESH_MS);
  const checkStorage = media && (() => checked("media", () => checkMedia(media)));
  return () => {
    if (last) return last;
    const running = runChecks(pool, log, checkStorage);
    last = running;
    void running.then(() => setTimeout(() => (last = undefined), FRESH_MS).unref());
    return running;
  };
}

async function runChecks(pool: pg.Pool, log: Log, checkStorage?: () => Promise<Check>): Promise<Health> {
  const storage = checkStorage?.();
  const checks = await withTimeout(TIMEOUT_MS, () => checkDatabase(pool), tooLate).catch(
    (error: unknown): Checks => {
      log.warn(
        { err: error instanceof Error ? error.message : String(error) },
        "database health check failed",
      );
      return { database: failed(error instanceof StandbyError ? "read only" : "cannot be reached") };
    },
  );
  if (storage && checks.database?.ok) checks.media = await storage;
  const all = (names: readonly CheckName[]) => names.every((name) => checks[name]?.ok !== false);
  const ready = all(WORKING);
  const degraded = ready && Object.values(checks).some(({ ok, detail }) => !ok || detail !== undefined);
  return { serves: all(SERVING), ready, degraded, checks };
}

async function checkDatabase(pool: pg.Pool): Promise<Checks> {
  if (await isReadOnly(pool)) return { database: failed("read only") };
  const schema = await schemaState(pool);
  const migrations: Check = schema === "current" ? { ok: true } : failed(schema);
  if (!migrations.ok) return { database: { ok: true }, migrations };
  return { database: { ok: true }, migrations, ...statusChecks(await readOperationsStatus(pool)) };
}

/** Whether the server is read-only: a standby (perhaps the primary until a moment ago), or set so by a provider. */
async function isReadOnly(pool: pg.Pool): Promise<boolean> {
  const client = await pool.connect();
  let isLeft = true;
  try {
    const { rows } = await client.query<{ is_read_only: boolean }>(
      "select pg_is_in_recovery() or current_setting('transaction_read_only') = 'on' as is_read_only",
    );
    isLeft = rows[0]!.is_read_only;
    return isLeft;
  } finally {
    // The setting may be this connection's only, and a new one may reach the new primary. Close it here: the pool
    // would never find it idle, because the health check runs every second.
    client.release(isLeft);
  }
}

/** Checks that files can be stored. Never throws. */
async function checkMedia(media: Pick<MediaFiles, "check">): Promise<Check> {
  try {
    await withTimeout(
      TIMEOUT_MS,
      () => media.check(),
      () => new Error("MEDIA_STORAGE does not answer in time"),
    );
    return { ok: true };
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
}

function tooLate(): Error {
  return new Error("the database does not answer in time");
}
