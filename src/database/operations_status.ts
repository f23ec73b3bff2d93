import type { Db } from "./db.ts";

/** Figures about the state of the installation; see app_private.operations_status(). */
export type OperationsStatus = {
  workers: number;
  /** How many of the workers have run no query for 30 s. */
  silentWorkers: number;
  jobsDue: number;
  jobsOldestDueSeconds: number;
  /** Jobs that have failed permanently. */
  jobsGivenUp: number;
  /** Periodic tasks that keep failing. */
  failingUpkeep: string[];
  turnsOldestDueSeconds: number;
  outboxQueued: number;
  outboxSending: number;
  outboxUncertain: number;
  outboxOldestQueuedSeconds: number;
  /** Channels with due messages that are not blocked, although no worker sends them. */
  stuckChannels: number;
  /** Channels whose messages wait until the channel, or its tenant, is set to active. */
  heldChannels: number;
  webhooksUnapplied: number;
  /** Files of received messages that have not been fetched yet, also those that are fetched again after a failure. */
  mediaPending: number;
  mediaOldestPendingSeconds: number;
  /** Missing partitions of this month: without them nothing can be stored. */
  missingPartitions: string[];
  /** Missing partitions of this month or the next. */
  missingPartitionsAhead: string[];
};

/** Reads the figures in one statement, as the owner. */
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
       media_pending as "mediaPending",
       media_oldest_pending_seconds as "mediaOldestPendingSeconds",
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

/** The channels whose messages have waited longest; a limited number, which bounds the labels of the metrics. */
export async function readWaitingChannels(db: Db): Promise<WaitingChannel[]> {
  const { rows } = await db.query<WaitingChannel>(
    `select
       tenant, channel_id as "channelId", phone_number_id as "phoneNumberId", reason, messages,
       waiting_since as "waitingSince", oldest_seconds as "oldestSeconds"
     from app_private.waiting_channels(20)`,
  );
  return rows;
}
