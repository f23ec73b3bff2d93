import type pg from "pg";
import type { KeyRing } from "../../secrets/key_ring.ts";
import { sealTotpSecret } from "../../secrets/totp_secret.ts";
import { badToken } from "./access_token.ts";
import { holdsNul } from "./holds_nul.ts";
import { newRecoveryCodes } from "./recovery_codes.ts";
import { REFUSALS, type Refusal } from "./refusals.ts";
import { userRequired } from "./scope.ts";
import { authenticatorUri, newSecret, type SecondFactors } from "./second_factor.ts";
import type { SignInLimiter } from "./sign_in_limiter.ts";
import type { User, Visitor } from "./visitor.ts";

type Confirmed = { recoveryCodes: string[]; endedSessions: number };

/** Makes sign-in require codes of an authenticator app. Each method throws PYTOK and PYKEY for other callers than users. */
export class Totp {
  readonly #pool: pg.Pool;
  readonly #places: SignInLimiter;
  readonly #secondFactors: SecondFactors;
  readonly #ring: KeyRing;

  /** @param pool connections as the authenticator */
  constructor(pool: pg.Pool, places: SignInLimiter, secondFactors: SecondFactors, ring: KeyRing) {
    this.#pool = pool;
    this.#places = places;
    this.#secondFactors = secondFactors;
    this.#ring = ring;
  }

  /** Makes a secret, which is shown this once. @throws ParleyError PYSGN, PYCON; PYUNA as sign-in */
  async start(password: string, visitor: Visitor | null): Promise<{ secret: string; uri: string }> {
    const { credentialId, userId } = userOf(visitor);
    if (holdsNul(password)) throw REFUSALS.refused();
    const secret = newSecret();
    const envelope = sealTotpSecret(userId, secret, this.#ring);
    const { email } = await this.#call<{ email: string }>(
      userId,
      "started",
      "select * from app_hidden.start_totp($1, $2, $3, $4)",
      [credentialId, userId, password, envelope],
    );
    return { secret, uri: authenticatorUri(secret, email) };
  }

  /** @throws ParleyError PYCOD, PYNFD */
  async confirm(code: string, visitor: Visitor | null): Promise<Confirmed> {
    const { credentialId, userId } = userOf(visitor);
    const { totpStep } = await this.#secondFactors.read(code, { userId });
    const codes = newRecoveryCodes();
    const { ended_sessions: endedSessions } = await this.#call<{ ended_sessions: number }>(
      userId,
      "confirmed",
      "select * from app_hidden.confirm_totp($1, $2, $3, $4)",
      [credentialId, userId, totpStep, codes.map(({ plain }) => plain)],
    );
    return { recoveryCodes: codes.map(({ shown }) => shown), endedSessions };
  }

  /** @throws ParleyError PYSGN, PYCOD; PYUNA as sign-in */
  async remove(given: { password: string; code: string }, visitor: Visitor | null): Promise<void> {
    const { credentialId, userId } = userOf(visitor);
    if (holdsNul(given.password)) throw REFUSALS.refused();
    const { totpStep, recoveryCode } = await this.#secondFactors.read(given.code, { userId });
    await this.#call(
      userId,
      "removed",
      "select * from app_hidden.remove_totp($1, $2, $3, $4, $5) as outcome",
      [credentialId, userId, given.password, totpStep, recoveryCode],
    );
  }

  /** Calls a function that checks a password or a code; every outcome but the good one is refused. */
  async #call<Row>(userId: string, good: string, sql: string, values: unknown[]): Promise<Row> {
    const { rows } = await this.#places.runSignedIn(userId, () =>
      this.#pool.query<Row & { outcome: string }>(sql, values),
    );
    const row = rows[0]!;
    if (row.outcome !== good) throw REFUSALS[row.outcome as Refusal]();
    return row;
  }
}

function userOf(visitor: Visitor | null): User {
  if (visitor === null) throw badToken();
  if (visitor.kind !== "user") throw userRequired();
  return visitor;
}
