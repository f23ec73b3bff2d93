import type pg from "pg";

/** How the installation is, in figures; see app_private.operations_status(). */
export type OperationsStatus = {
  workers: number;
  jobsDue: number;
  jobsOldestDueSeconds: number;
  /** Failed for the last time. */
  jobsGivenUp: number;
  outboxQueued: number;
  outboxSending: number;
  outboxUncertain: number;
  outboxOldestQueuedSeconds: number;
  /** They have work, and are free to do it, but nobody does. */
  stuckChannels: number;
  webhooksUnapplied: number;
  /** Names of the default partitions that hold rows; there should be none. */
  filledDefaultPartitions: string[];
};

/** One statement, as the owner. */
export async function readOperationsStatus(db: Pick<pg.Pool, "query">): Promise<OperationsStatus> {
  const { rows } = await db.query<OperationsStatus>(
    `select
       workers,
       jobs_due as "jobsDue",
       jobs_oldest_due_seconds as "jobsOldestDueSeconds",
       jobs_given_up as "jobsGivenUp",
       outbox_queued as "outboxQueued",
       outbox_sending as "outboxSending",
       outbox_uncertain as "outboxUncertain",
       outbox_oldest_queued_seconds as "outboxOldestQueuedSeconds",
       stuck_channels as "stuckChannels",
       webhooks_unapplied as "webhooksUnapplied",
       filled_default_partitions as "filledDefaultPartitions"
     from app_private.operations_status()`,
  );
  return rows[0]!;
}
