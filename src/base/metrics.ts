import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** All metrics of /metrics. Labels never contain texts or ids of customers. */
export const registry = new Registry();
collectDefaultMetrics({ register: registry });

const registers = [registry];

export const metrics = {
  webhooks: new Counter({
    name: "parley_webhooks_total",
    help: "Webhook requests by the answer they got.",
    labelNames: ["status"],
    registers,
  }),
  webhookSeconds: new Histogram({
    name: "parley_webhook_duration_seconds",
    help: "From the last byte of a webhook to our answer.",
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2],
    registers,
  }),
  messagesReceived: new Counter({
    name: "parley_messages_received_total",
    help: "Inbound messages stored; a redelivery is not counted.",
    registers,
  }),
  sends: new Counter({
    name: "parley_sends_total",
    help: "Attempts to send, by outcome.",
    labelNames: ["outcome"],
    registers,
  }),
  sendSeconds: new Histogram({
    name: "parley_send_duration_seconds",
    help: "How long the provider took to answer a send.",
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  }),
  chatbotTurns: new Counter({
    name: "parley_chatbot_turns_total",
    help: "Conversations' turns that chatbots took, by how the run stands afterwards.",
    labelNames: ["status"],
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
    help: "How long jobs ran, by task and outcome.",
    labelNames: ["task", "outcome"],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120],
    registers,
  }),
  jobLatency: new Histogram({
    name: "parley_job_latency_seconds",
    help: "From when a job was due to when it began.",
    labelNames: ["task"],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120],
    registers,
  }),
  outboxDepth: new Gauge({
    name: "parley_outbox_depth",
    help: "Messages in the outbox, by state.",
    labelNames: ["state"],
    registers,
  }),
  outboxAge: new Gauge({
    name: "parley_outbox_oldest_seconds",
    help: "Age of the oldest queued message in the outbox.",
    registers,
  }),
  channelQueued: new Gauge({
    name: "parley_channel_queued",
    help: "Queued messages of the channels that have waited longest.",
    labelNames: ["tenant", "channel", "reason"],
    registers,
  }),
  channelOldest: new Gauge({
    name: "parley_channel_oldest_seconds",
    help: "Age of the oldest queued message of the channels that have waited longest.",
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
    help: "Channels that could send and have not for two minutes.",
    registers,
  }),
  workers: new Gauge({
    name: "parley_workers",
    help: "Workers by state: moving, or silent for 30 s.",
    labelNames: ["state"],
    registers,
  }),
  jobAge: new Gauge({
    name: "parley_job_oldest_due_seconds",
    help: "For how long the oldest due job has waited for a worker.",
    registers,
  }),
  turnAge: new Gauge({
    name: "parley_chatbot_turn_oldest_due_seconds",
    help: "For how long the oldest due event of a chatbot has waited for its turn.",
    registers,
  }),
  mediaPending: new Gauge({
    name: "parley_media_pending",
    help: "Files of received messages that have not been fetched from their provider yet.",
    registers,
  }),
  mediaAge: new Gauge({
    name: "parley_media_oldest_pending_seconds",
    help: "For how long the oldest of them has waited.",
    registers,
  }),
  healthChecks: new Gauge({
    name: "parley_health_check",
    help: "1 when the check of /health/ready is passed, 0 when it is not.",
    labelNames: ["check"],
    registers,
  }),
  poolConnections: new Gauge({
    name: "parley_database_pool_connections",
    help: "Connections of this process, by pool and state.",
    labelNames: ["pool", "state"],
    registers,
  }),
};
