import type { OperationsStatus } from "./operations_status.ts";

/** The result of a check. `detail` says what is wrong, in words for the operator and without customer data. */
export type Check = { ok: boolean; detail?: string };

/** When a due job or chatbot turn has not been claimed for this long, no worker is working. */
const JOB_OVERDUE_SECONDS = 60;
const TURN_OVERDUE_SECONDS = 120;
/** A message that has been due for this long is reported. */
const QUEUED_OVERDUE_SECONDS = 600;

/** Turns the figures of the installation into checks. */
export function statusChecks(
  status: OperationsStatus,
): Record<"worker" | "outbox" | "partitions" | "upkeep", Check> {
  return {
    worker: checkWorkers(status),
    outbox: checkOutbox(status),
    partitions: check(missing(status.missingPartitions)),
    upkeep: check(
      status.failingUpkeep.length > 0 && `${status.failingUpkeep.join(", ")} keeps failing`,
      missing(status.missingPartitionsAhead),
    ),
  };
}

/** A detail beside `ok` is a warning. */
export function checkWorkers(status: OperationsStatus): Check {
  const { workers, silentWorkers, jobsOldestDueSeconds, turnsOldestDueSeconds } = status;
  if (workers === 0) return failed("none is running");
  const silent = `${silentWorkers} of ${workers} has not moved for 30 s`;
  if (silentWorkers === workers) return failed(silent);
  if (jobsOldestDueSeconds > JOB_OVERDUE_SECONDS)
    return failed(`a job has been due for ${Math.round(jobsOldestDueSeconds)} s`);
  if (turnsOldestDueSeconds > TURN_OVERDUE_SECONDS)
    return failed(`a chatbot's turn has been due for ${Math.round(turnsOldestDueSeconds)} s`);
  return { ok: true, ...(silentWorkers > 0 && { detail: silent }) };
}

function checkOutbox({ stuckChannels, heldChannels, outboxOldestQueuedSeconds }: OperationsStatus): Check {
  const minutes = Math.round(outboxOldestQueuedSeconds / 60);
  return check(
    stuckChannels > 0 && `${stuckChannels} channels have stopped sending`,
    heldChannels > 0 && `messages wait in ${heldChannels} channels that are not active`,
    outboxOldestQueuedSeconds > QUEUED_OVERDUE_SECONDS &&
      `the oldest message has waited for ${minutes} minutes`,
  );
}

function missing(partitions: readonly string[]): string | false {
  return partitions.length > 0 && `missing: ${partitions.join(", ")}`;
}

/** A check that passes when there is no detail. */
function check(...details: (string | false)[]): Check {
  const said = details.filter((detail) => detail !== false);
  return said.length === 0 ? { ok: true } : failed(said.join("; "));
}

export function failed(detail: string): Check {
  return { ok: false, detail };
}
