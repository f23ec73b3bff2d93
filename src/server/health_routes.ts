import { Router } from "express";
import type { HealthProbe } from "../health.ts";

/** `/live`: the process runs. `/ready`: it can do its work; 503 otherwise, and which check failed. */
export function healthRoutes(probe: HealthProbe): Router {
  const router = Router();
  router.use((_request, response, next) => {
    response.setHeader("cache-control", "no-store");
    next();
  });
  router.get("/live", (_request, response) => {
    response.json({ status: "live" });
  });
  router.get("/ready", async (_request, response) => {
    const { ready, checks } = await probe();
    response.status(ready ? 200 : 503).json({ status: ready ? "ready" : "not ready", checks });
  });
  return router;
}
