import { createServer } from "node:http";
import express, { type RequestHandler } from "express";
import { answerError, answerNotFound } from "./answer_error.ts";
import type { HealthProbe } from "./health.ts";
import { healthRoutes } from "./health_routes.ts";
import { listen } from "./listen.ts";

/** Serves `/metrics` and `/health` alone, on METRICS_PORT. @throws ParleyError PYUNA when the port is in use */
export async function startMetricsServer(
  { health, metrics }: { health: HealthProbe; metrics: RequestHandler },
  host: string,
  port: number,
): Promise<{ port: number; close(): void }> {
  const app = express();
  app.disable("x-powered-by");
  app.use("/health", healthRoutes(health));
  app.get("/metrics", metrics);
  app.use(answerNotFound, answerError);
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 10_000 }, app);
  return {
    port: await listen(server, host, port, "METRICS_PORT"),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
