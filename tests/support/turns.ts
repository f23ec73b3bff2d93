import type pg from "pg";
import { createLog } from "../../src/base/log.ts";
import { TurnTaker } from "../../src/runner/turn_taker.ts";
import { testKeyRing } from "./program.ts";

/** Takes the turns of chatbots when a test asks for it, without a worker; what they say stays in the outbox. */
export function turnsOn(pool: pg.Pool): TurnTaker {
  return new TurnTaker({
    pool,
    keyRing: testKeyRing,
    publicUrl: "https://parley.example",
    log: createLog("silent"),
    sendReplies() {},
  });
}
