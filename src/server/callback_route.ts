import { json, type Request, type Response, Router } from "express";
import type pg from "pg";
import type { Json } from "../chatbot/json.ts";
import { storable } from "../chatbot/storable.ts";
import type { Log } from "../log.ts";
import type { KeyRing } from "../secrets/key_ring.ts";
import { isCallbackToken } from "../turns/callback_address.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * `POST /callbacks/<run id>/<token>`: somebody whom a chatbot gave `{{callback_url}}` calls back, with JSON or nothing.
 * 202 once it is stored; 404 for a token that is not the run's, or a run that is over: which of them is not told.
 */
export function callbackRoute({ pool, keyRing, log }: { pool: pg.Pool; keyRing: KeyRing; log: Log }): Router {
  const router = Router();
  router.post(
    "/:runId/:token",
    json({ limit: "256kb", strict: false, type: ["json", "+json"] }),
    async (request: Request, response: Response) => {
      const [runId, token] = [String(request.params.runId), String(request.params.token)];
      if (!UUID.test(runId) || !isCallbackToken(runId, token, keyRing)) {
        response.status(404).json({ error: "no such run" });
        return;
      }
      const payload = storable((request.body ?? null) as Json);
      try {
        const { rows } = await pool.query("select app_private.call_back($1, $2) as is_taken", [
          runId,
          JSON.stringify({ payload }),
        ]);
        if (rows[0].is_taken) response.status(202).json({ accepted: true });
        else response.status(404).json({ error: "no such run" });
      } catch (error) {
        log.error({ err: error }, "a callback could not be stored");
        response.status(503).json({ error: "try again shortly" });
      }
    },
  );
  return router;
}
