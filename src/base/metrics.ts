import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/**
 * All metrics of /metrics; docs/monitoring.md has the table and the rules of their names. Labels never contain texts or
 * ids of customers.
 */
export const registry = new Registry();
collectDefaultMetrics({ register: registry });

const registers = [registry];

export const metrics = {
  webhooks: new Counter({
    name: "parley_webhooks_total",
    help: "Webhook requests by the HTTP status of the answer.",
    labelNames: ["status"],
    registers,
  }),
  webhookSeconds: new Histogram({
    name: "parley_webhook_duration_seconds",
    help: "From the arrival of a webhook to its answer.",
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2],
    registers,
  }),
  requestSeconds: new Histogram({
    name: "parley_request_duration_seconds",
    help: "Requests other than webhooks, by the first part of their path and by the status of the answer.",
    labelNames: ["route", "status"],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  }),
  apiErrors: new Counter({
    name: "parley_api_errors_total",
    help: "Errors in answers of the GraphQL API, by code.",
    labelNames: ["code"],
    registers,
  }),
  httpConnections: new Gauge({
    name: "parley_http_connections",
    help: "Open connections of clients to this process.",
    registers,
  }),
  messagesReceived: new Counter({
    name: "parley_messages_received_total",
    help: "Inbound messages stored, without redeliveries.",
    registers,
  }),
  sends: new Counter({
    name: "parley_sends_total",
    help: "Attempts to send by outcome: sent, rejected, throttled, unavailable, channel_stopped, uncertain.",
    labelNames: ["outcome"],
    registers,
  }),
  sendSeconds: new Histogram({
    name: "parley_send_duration_seconds",
    help: "The provider's response time when a message is sent.",
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  }),
  chatbotTurns: new Counter({
    name: "parley_chatbot_turns_total",
    help: "Turns of chatbots by the status of the run afterwards.",
    labelNames: ["status"],
    registers,
  }),
  chatbotTurnSeconds: new Histogram({
    name: "parley_chatbot_turn_duration_seconds",
    help: "From claiming the events of a conversation until its turn is saved; turns are saved in batches.",
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  }),
  querySeconds: new Histogram({
    name: "parley_query_duration_seconds",
    help: "From sending a statement to its result, by pool; waiting for earlier statements of the connection included.",
    labelNames: ["pool"],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30],
    registers,
  }),
  mediaBytes: new Counter({
    name: "parley_media_bytes_total",
    help: "Bytes of files by direction: uploaded, served.",
    labelNames: ["direction"],
    registers,
  }),
  replicaQueries: new Counter({
    name: "parley_replica_queries_total",
    help: "Queries that allow a replica to answer, by who answered: replica, primary.",
    labelNames: ["source"],
    registers,
  }),
  jobSeconds: new Histogram({
    name: "parley_job_duration_seconds",
    help: "How long jobs run, by task and outcome: success, error.",
    labelNames: ["task", "outcome"],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120],
    registers,
  }),
  jobLatency: new Histogram({
    name: "parley_job_latency_seconds",
    help: "From the time a job is due until it starts.",
    labelNames: ["task"],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120],
    registers,
  }),
  outboxMessages: new Gauge({
    name: "parley_outbox_messages",
    help: "Messages in the outbox by state: queued, sending, uncertain.",
    labelNames: ["state"],
    registers,
  }),
  outboxAge: new Gauge({
    name: "parley_outbox_oldest_seconds",
    help: "Age of the oldest queued message in the outbox.",
    registers,
  }),
  channelQueued: new Gauge({
    name: "parley_channel_queued_messages",
    help: "Queued messages of the 20 channels that have waited longest.",
    labelNames: ["tenant", "channel", "reason"],
    registers,
  }),
  channelOldest: new Gauge({
    name: "parley_channel_oldest_seconds",
    help: "Age of the oldest queued message of these channels.",
    labelNames: ["tenant", "channel", "reason"],
    registers,
  }),
  channelsHeld: new Gauge({
    name: "parley_channels_held",
    help: "Channels that are not active and have messages waiting.",
    registers,
  }),
  channelsStuck: new Gauge({
    name: "parley_channels_stuck",
    help: "Channels that could send and have not sent for two minutes.",
    registers,
  }),
  workers: new Gauge({
    name: "parley_workers",
    help: "Workers by state: moving, or silent (for 30 s: suspended, or caught in a loop).",
    labelNames: ["state"],
    registers,
  }),
  jobs: new Gauge({
    name: "parley_jobs",
    help: "Jobs by state: due, or given up after their last attempt.",
    labelNames: ["state"],
    registers,
  }),
  jobAge: new Gauge({
    name: "parley_job_oldest_due_seconds",
    help: "How long the oldest due job has waited.",
    registers,
  }),
  turnAge: new Gauge({
    name: "parley_chatbot_turn_oldest_due_seconds",
    help: "How long the oldest due event of a chatbot has waited.",
    registers,
  }),
  mediaPending: new Gauge({
    name: "parley_media_pending_files",
    help: "Files of received messages that are not fetched yet.",
    registers,
  }),
  mediaAge: new Gauge({
    name: "parley_media_oldest_pending_seconds",
    help: "How long the oldest of them has waited.",
    registers,
  }),
  webhooksUnapplied: new Gauge({
    name: "parley_webhooks_unapplied",
    help: "Stored webhook bodies that wait or could not be applied.",
    registers,
  }),
  partitionsMissing: new Gauge({
    name: "parley_partitions_missing",
    help: "Missing monthly partitions until the end of this month, and of the next one.",
    labelNames: ["until"],
    registers,
  }),
  healthChecks: new Gauge({
    name: "parley_health_check",
    help: "Checks of /health/ready: 1 passed, 0 failed.",
    labelNames: ["check"],
    registers,
  }),
  poolConnections: new Gauge({
    name: "parley_database_pool_connections",
    help: "Connections of this process by pool and state: busy, idle; waiting: requests for one.",
    labelNames: ["pool", "state"],
    registers,
  }),
  poolSize: new Gauge({
    name: "parley_database_pool_size",
    help: "The most connections of this process, by pool.",
    labelNames: ["pool"],
    registers,
  }),
  databaseConnections: new Gauge({
    name: "parley_database_connections",
    help: "Connections of all clients to the server, by state; hidden: of other logins, which this one may not see.",
    labelNames: ["state"],
    registers,
  }),
  databaseConnectionsAllowed: new Gauge({
    name: "parley_database_connections_allowed",
    help: "The most connections that the server allows to the owner's login.",
    registers,
  }),
  databaseBytes: new Gauge({
    name: "parley_database_size_bytes",
    help: "The size of the database.",
    registers,
  }),
  databaseCacheHits: new Gauge({
    name: "parley_database_cache_hit_ratio",
    help: "The part of page reads that the server's cache answered, since its statistics began.",
    registers,
  }),
  databaseTransactionAge: new Gauge({
    name: "parley_database_oldest_transaction_seconds",
    help: "Age of the oldest open transaction in the database.",
    registers,
  }),
  databaseBlocked: new Gauge({
    name: "parley_database_blocked_sessions",
    help: "Sessions that wait for a lock.",
    registers,
  }),
  databaseDeadlocks: new Counter({
    name: "parley_database_deadlocks_total",
    help: "Deadlocks that the server has broken in the database, since its statistics began.",
    registers,
  }),
  databaseClockOffset: new Gauge({
    name: "parley_database_clock_offset_seconds",
    help: "The database's clock minus the clock of this machine.",
    registers,
  }),
  replicationLag: new Gauge({
    name: "parley_replication_lag_seconds",
    help: "How far standbys are behind.",
    labelNames: ["standby"],
    registers,
  }),
  replicationSlotBytes: new Gauge({
    name: "parley_replication_slot_bytes",
    help: "The write-ahead log that the server keeps for a replication slot.",
    labelNames: ["slot"],
    registers,
  }),
  tableBytes: new Gauge({
    name: "parley_table_size_bytes",
    help: "The size of the ten largest tables, with their indexes; partitions count as their table.",
    labelNames: ["table"],
    registers,
  }),
  tableDeadRows: new Gauge({
    name: "parley_table_dead_rows",
    help: "Rows of these tables that vacuum has not removed yet.",
    labelNames: ["table"],
    registers,
  }),
  doctorFindings: new Gauge({
    name: "parley_doctor_findings",
    help: "Findings of the checks of parley doctor, by check and severity.",
    labelNames: ["check", "severity"],
    registers,
  }),
};
