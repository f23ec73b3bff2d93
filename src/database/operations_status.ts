import type { Db } from "./db.ts";

/** How the installation is, in figures; see app_private.operations_status(). */
export type OperationsStatus = {
  workers: number;
  /** Of the workers: how many have not moved for 30 s. */
  silentWorkers: number;
  jobsDue: number;
  jobsOldestDueSeconds: number;
  /** Failed for the last time. */
  jobsGivenUp: number;
  /** Periodic tasks that keep failing. */
  failingUpkeep: string[];
  turnsOldestDueSeconds: number;
  outboxQueued: number;
  outboxSending: number;
  outboxUncertain: number;
  outboxOldestQueuedSeconds: number;
  /** They have work, and are free to do it, but no worker does. */
  stuckChannels: number;
  /** Their messages wait until somebody sets the channel, or its tenant, to active. */
  heldChannels: number;
  webhooksUnapplied: number;
  /** Of this month: nothing can be stored without them. */
  missingPartitions: string[];
  /** Of this month or the next. */
  missingPartitionsAhead: string[];
};

/** One statement, as the owner. */
export async function readOperationsStatus(db: Db): Promise<OperationsStatus> {
  const { rows } = await db.query<OperationsStatus>(
    `select
       workers,
       silent_workers as "silentWorkers",
       jobs_due as "jobsDue",
       jobs_oldest_due_seconds as "jobsOldestDueSeconds",
       jobs_given_up as "jobsGivenUp",
       failing_upkeep as "failingUpkeep",
       turns_oldest_due_seconds as "turnsOldestDueSeconds",
       outbox_queued as "outboxQueued",
       outbox_sending as "outboxSending",
       outbox_uncertain as "outboxUncertain",
       outbox_oldest_queued_seconds as "outboxOldestQueuedSeconds",
       stuck_channels as "stuckChannels",
       held_channels as "heldChannels",
       webhooks_unapplied as "webhooksUnapplied",
       missing_partitions as "missingPartitions",
       missing_partitions_ahead as "missingPartitionsAhead"
     from app_private.operations_status()`,
  );
  return rows[0]!;
}

/** A channel with queued messages. */
type WaitingChannel = {
  tenant: string;
  channelId: string;
  phoneNumberId: string;
  reason: string;
  messages: number;
  waitingSince: Date;
  oldestSeconds: number;
};

/** The channels whose messages have waited longest, the worst first; a few, so that nobody's metrics overflow. */
export async function readWaitingChannels(db: Db): Promise<WaitingChannel[]> {
  const { rows } = await db.query<WaitingChannel>(
    `select
       tenant, channel_id as "channelId", phone_number_id as "phoneNumberId", reason, messages,
       waiting_since as "waitingSince", oldest_seconds as "oldestSeconds"
     from app_private.waiting_channels(20)`,
  );
  return rows;
}
