import { FairShare } from "../../base/fair_share.ts";
import type { Db } from "../../database/db.ts";

/** Limits password checks: bcrypt uses one core of the database for about 60 ms. */
export type SignInLimiter = {
  /**
   * Runs a sign-in as soon as the limits allow.
   * @throws ParleyError PYUNA when too many are waiting
   */
  run<T>(source: string, email: string, work: () => Promise<T>): Promise<T>;
  /** The same for a user who is signed in. */
  runSignedIn<T>(userId: string, work: () => Promise<T>): Promise<T>;
};

const REFUSAL = "Too many people are signing in at once; try again shortly";

/**
 * Sign-ins from where the person has signed in before have separate places: unfamiliar sources cannot take
 * them. Among unfamiliar sign-ins each source, and each address, has one place.
 *
 * @param pool connections as the authenticator
 */
export function createSignInLimiter(pool: Db): SignInLimiter {
  const common = { places: 2, waiting: 1_000, waitMs: 5_000, refusal: REFUSAL };
  const familiar = new FairShare({ ...common, perKey: [2, 1], waitingPerKey: 100 });
  const unfamiliar = new FairShare({ ...common, perKey: [1, 1], waitingPerKey: 20 });

  return {
    async run(source, email, work) {
      const { rows } = await pool.query<{ is_familiar: boolean }>({
        name: "is_familiar_source",
        text: "select app_hidden.is_familiar_source($1, $2) as is_familiar",
        values: [email, source],
      });
      const share = rows[0]!.is_familiar ? familiar : unfamiliar;
      return share.run([source, email.toLowerCase()], work);
    },
    runSignedIn: (userId, work) => familiar.run([userId, userId], work),
  };
}
