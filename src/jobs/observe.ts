import type { Job, WorkerEvents } from "graphile-worker";
import type { Log } from "../base/log.ts";
import { metrics } from "../base/metrics.ts";

/** Measures jobs and logs failed ones by id and task, never with their payload. */
export function observeJobs(events: WorkerEvents, log: Log): void {
  const began = new WeakMap<Job, number>();

  events.on("job:start", ({ job }) => {
    began.set(job, performance.now());
    metrics.jobLatency.observe(
      { task: job.task_identifier },
      Math.max(0, (Date.now() - new Date(job.run_at).getTime()) / 1000),
    );
  });
  events.on("job:success", ({ job }) => observe(job, "success"));
  events.on("job:error", ({ job, error }) => {
    observe(job, "error");
    log.warn(
      { jobId: job.id, task: job.task_identifier, attempt: job.attempts, err: error },
      "job failed; it will be retried",
    );
  });
  events.on("job:failed", ({ job }) => {
    log.error({ jobId: job.id, task: job.task_identifier }, "job failed permanently");
  });

  function observe(job: Job, outcome: "success" | "error"): void {
    const start = began.get(job);
    if (start === undefined) return;
    metrics.jobSeconds.observe({ task: job.task_identifier, outcome }, (performance.now() - start) / 1000);
  }
}
