/**
 * The child's side of a job: it gets one request at a time over IPC and answers it. It ends with its parent, and never
 * lives longer than three hours.
 */
export function takeJobs<Request, Result>(work: (request: Request) => Promise<Result>): void {
  process.on("message", (request) => {
    work(request as Request).then(
      (result) => process.send?.({ kind: "done", result }),
      (error: unknown) =>
        process.send?.({ kind: "failed", reason: String((error as Error)?.stack ?? error) }),
    );
  });
  process.on("disconnect", () => process.exit(0));
  setTimeout(() => process.exit(1), 180 * 60_000).unref();
}
