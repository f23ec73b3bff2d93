/**
 * Written to `postgresql.conf` when a cluster is made, so that a DBA can change them there or with
 * `alter system`; only the port and the addresses are given on the command line of each start.
 * Fit for a small machine; fsync and synchronous_commit stay on, because a 200 to Meta means "stored".
 */
export const SETTINGS: Readonly<Record<string, string>> = {
  max_connections: "100",
  shared_buffers: "256MB",
  // A migration touches every monthly partition in one transaction.
  max_locks_per_transaction: "128",
  jit: "off",
  timezone: "UTC",
  log_timezone: "UTC",
  lc_messages: "C",
  // The log holds no statement, no parameter and no detail ("Key (phone)=(…)"): not even the text of an ERROR,
  // which quotes values ("invalid input syntax for type uuid: …"). The client that gets the error logs it.
  log_min_messages: "log",
  log_min_error_statement: "panic",
  log_error_verbosity: "terse",
  log_parameter_max_length: "0",
  log_parameter_max_length_on_error: "0",
  log_autovacuum_min_duration: "-1",
  log_checkpoints: "off",
  log_line_prefix: "%m [%p] ",
};

/** For tests and benchmarks whose data nobody will miss. */
export const NOT_DURABLE: Readonly<Record<string, string>> = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
};

/** `-c name=value`, for initdb and postgres alike. */
export function asFlags(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}
