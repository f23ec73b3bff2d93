import type pg from "pg";
import type { AccountActions } from "../../http/account/account_routes.ts";
import type { KeyRing } from "../../secrets/key_ring.ts";
import { PasswordResets } from "./password_resets.ts";
import { SecondFactors } from "./second_factor.ts";
import { SessionService, type Sessions } from "./sessions.ts";
import { createSignInLimiter } from "./sign_in_limiter.ts";
import { Totp } from "./totp.ts";

/** What the mutations about accounts do. */
export type Accounts = {
  sessions: Sessions;
  passwordResets: Pick<PasswordResets, "request" | "reset">;
  totp: Pick<Totp, "start" | "confirm" | "remove">;
};

type AccountTools = {
  /** Connections as the authenticator. */
  pool: pg.Pool;
  /** Seals the secrets of authenticator apps. */
  keyRing: KeyRing;
  jwtSecret: string;
  sessionDays: number;
};

export function openAccounts({
  pool,
  keyRing,
  jwtSecret,
  sessionDays,
}: AccountTools): Accounts & { pages: AccountActions } {
  const places = createSignInLimiter(pool);
  const secondFactors = new SecondFactors(pool, keyRing);
  const sessions = new SessionService(pool, places, secondFactors, jwtSecret, sessionDays);
  const passwordResets = new PasswordResets(pool, places);
  return {
    sessions,
    passwordResets,
    totp: new Totp(pool, places, secondFactors, keyRing),
    pages: {
      joinTenant: (acceptance, origin) => sessions.joinTenant(acceptance, origin),
      resetPassword: (reset, origin) => passwordResets.reset(reset, origin),
    },
  };
}
