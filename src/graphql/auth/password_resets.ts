import type pg from "pg";
import { ParleyError } from "../../base/errors.ts";
import { FairShare } from "../../base/fair_share.ts";
import type { Origin } from "../../http/client_source.ts";
import { holdsNul } from "./holds_nul.ts";
import type { SignInLimiter } from "./sign_in_limiter.ts";

type Reset = { token: string; newPassword: string };

/** Lets users who have forgotten their password choose a new one, by a link that is sent to their e-mail address. */
export class PasswordResets {
  readonly #pool: pg.Pool;
  readonly #places: SignInLimiter;
  readonly #requests = new FairShare({
    places: 2,
    perKey: [1],
    waiting: 1_000,
    waitingPerKey: 20,
    waitMs: 5_000,
    refusal: "Too many people are requesting a new password at once; try again shortly",
  });

  /** @param pool connections as the authenticator */
  constructor(pool: pg.Pool, places: SignInLimiter) {
    this.#pool = pool;
    this.#places = places;
  }

  /** Does the same whether or not the address has an account. @throws ParleyError PYUNA when too many wait */
  async request(email: string, { source }: Origin): Promise<void> {
    if (holdsNul(email)) return;
    await this.#requests.run([source], () =>
      this.#pool.query("select app_hidden.request_password_reset($1, $2)", [email.trim(), source]),
    );
  }

  /** Returns how many sessions it ended. @throws ParleyError PYRST, PYPWD; PYUNA when too many sign in at once */
  async reset({ token, newPassword }: Reset, { source }: Origin): Promise<number> {
    if (holdsNul(token)) throw invalidLink();
    if (holdsNul(newPassword)) throw new ParleyError("PYREQ", "`newPassword` must not hold NUL");
    const { rows } = await this.#places.run(source, token, () =>
      this.#pool.query<{ outcome: "changed" | "invalid"; ended_sessions: number }>(
        "select * from app_hidden.reset_password($1, $2)",
        [token, newPassword],
      ),
    );
    const { outcome, ended_sessions: endedSessions } = rows[0]!;
    if (outcome === "invalid") throw invalidLink();
    return endedSessions;
  }
}

function invalidLink(): ParleyError {
  return new ParleyError(
    "PYRST",
    "The link for a new password is unknown, used or expired: request a new one",
  );
}
