import { type Response, Router } from "express";
import type { Health, HealthProbe } from "./health.ts";

/**
 * `/live`: the process runs. `/serving`: it can serve requests. `/ready`: the whole installation works. Otherwise the
 * answer is 503 and names the check that failed.
 */
export function healthRoutes(probe: HealthProbe): Router {
  const router = Router();
  router.use((_request, response, next) => {
    response.setHeader("cache-control", "no-store");
    next();
  });
  router.get("/live", (_request, response) => {
    response.json({ status: "live" });
  });
  router.get("/serving", async (_request, response) => {
    const health = await probe();
    answer(response, health.serves, health.serves ? "serving" : "not serving", health);
  });
  router.get("/ready", async (_request, response) => {
    const health = await probe();
    answer(
      response,
      health.ready,
      health.ready ? (health.degraded ? "degraded" : "ready") : "not ready",
      health,
    );
  });
  return router;
}

function answer(response: Response, isWell: boolean, status: string, { checks }: Health): void {
  response.status(isWell ? 200 : 503).json({ status, checks });
}
