/** From which values on the checks report. Tests set others. */
export const LIMITS = {
  /** The used part of the connections that this login can have. */
  connectionShare: 0.8,
  clockOffsetSeconds: 2,
  replicationLagSeconds: 60,
  /** How many transactions old the oldest row may be; at 2 billion the server stops. */
  transactionAge: 1_000_000_000,

  slowQuerySeconds: 5,
  longTransactionSeconds: 300,
  idleInTransactionSeconds: 60,
  blockedSeconds: 5,

  deadRows: 10_000,
  deadRowShare: 0.2,
  bloatBytes: 100 * 2 ** 20,
  bloatShare: 0.5,
  bigTableRows: 100_000,
  scansOfBigTable: 100,
  unusedIndexBytes: 50 * 2 ** 20,
  unusedIndexDays: 7,
  cacheHitShare: 0.9,
  cacheReads: 1_000_000,

  messageWaitSeconds: 600,
  uncertainSeconds: 1_200,
  mediaWaitSeconds: 3_600,
  webhookSilenceSeconds: 24 * 3_600,
  webhookUnappliedSeconds: 1_800,
  maintenanceSeconds: 36 * 3_600,
  /** How much later than its retention a partition may be dropped. */
  retentionSlackDays: 2,
  backupSeconds: 3 * 24 * 3_600,
  keyExpiryDays: 7,
  tokenExpiryDays: 14,
};

export type Limits = Readonly<typeof LIMITS>;
