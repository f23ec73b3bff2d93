import { type NextFunction, type Request, type Response, Router, raw } from "express";
import type pg from "pg";
import { ParleyError } from "../base/errors.ts";
import type { Json } from "../base/json/json.ts";
import { parseJson } from "../base/json/parse_json.ts";
import type { Log } from "../base/log.ts";
import type { KeyRing } from "../secrets/key_ring.ts";
import { isCallbackToken } from "./callback_address.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The token is checked before the body is read. */
const body = raw({ limit: "256kb", inflate: false, type: ["json", "+json"] });

/**
 * `POST /callbacks/<run id>/<token>`: the receiver of a chatbot's `{{callback_url}}` calls back, with JSON or without a
 * body. Responds with 202 once it is stored, and with PYNFD for a wrong token as well as for a run that has ended.
 */
export function callbackRoute({ pool, keyRing, log }: { pool: pg.Pool; keyRing: KeyRing; log: Log }): Router {
  const router = Router();

  function checkToken({ params }: Request, _response: Response, next: NextFunction): void {
    const [runId, token] = [String(params.runId), String(params.token)];
    next(UUID.test(runId) && isCallbackToken(runId, token, keyRing) ? undefined : noSuchRun());
  }

  router.post("/:runId/:token", checkToken, body, async (request: Request, response: Response) => {
    if (!(await store(String(request.params.runId), payloadOf(request.body)))) throw noSuchRun();
    response.status(202).json({ accepted: true });
  });

  async function store(runId: string, payload: Json): Promise<boolean> {
    try {
      const { rows } = await pool.query<{ is_taken: boolean }>(
        "select app_private.receive_callback($1, $2) as is_taken",
        [runId, JSON.stringify({ payload })],
      );
      return rows[0]!.is_taken;
    } catch (cause) {
      log.error({ err: cause }, "failed to store a callback");
      throw new ParleyError("PYUNA", "The callback could not be stored", { cause });
    }
  }

  return router;
}

/** A body of another type, like none, says only that the other side has called back. */
function payloadOf(body: unknown): Json {
  if (!Buffer.isBuffer(body)) return null;
  if (body.length === 0) return {};
  try {
    return parseJson(body);
  } catch {
    throw new ParleyError("PYREQ", "The body must be valid JSON");
  }
}

function noSuchRun(): ParleyError {
  return new ParleyError("PYNFD", "There is no such run");
}
