import { Secret, TOTP } from "otpauth";
import type { Db } from "../../database/db.ts";
import type { KeyRing } from "../../secrets/key_ring.ts";
import { openTotpSecret } from "../../secrets/totp_secret.ts";

/** A code as the database decides on it. */
type SecondFactor = {
  /** The time step whose code was given; -1 for a wrong code; null if none was given. */
  totpStep: number | null;
  recoveryCode: string | null;
};

/** Whose code it is; one of the three. */
type Owner = { email?: string; userId?: string; invitationToken?: string };

const NONE: SecondFactor = { totpStep: null, recoveryCode: null };
const WRONG: SecondFactor = { totpStep: -1, recoveryCode: null };

const PERIOD_SECONDS = 30;

/** Reads codes of authenticator apps: six digits, every 30 seconds another (RFC 6238, as all apps know it). */
export class SecondFactors {
  readonly #db: Db;
  readonly #ring: KeyRing;

  /** @param db connections as the authenticator */
  constructor(db: Db, ring: KeyRing) {
    this.#db = db;
    this.#ring = ring;
  }

  /** What a code stands for: six digits are from the app, everything else is a recovery code. */
  async read(
    code: string | null | undefined,
    { email, userId, invitationToken }: Owner,
  ): Promise<SecondFactor> {
    const given = code?.replace(/[\s-]/g, "").toUpperCase();
    if (!given) return NONE;
    if (given.includes("\0")) return WRONG;
    if (!/^\d{6}$/.test(given)) return { totpStep: null, recoveryCode: given };
    const { rows } = await this.#db.query<{ owner_id: string; secret: string }>({
      name: "find_totp",
      text: "select * from app_hidden.find_totp($1, $2, $3)",
      values: [email ?? null, userId ?? null, invitationToken ?? null],
    });
    const [found] = rows;
    if (!found) return WRONG;
    const secret = openTotpSecret(found.owner_id, found.secret, this.#ring);
    return { totpStep: stepOf(given, secret) ?? -1, recoveryCode: null };
  }
}

/** The time step of a code: the current one or one of its neighbours, because clocks differ. Null for a wrong code. */
export function stepOf(code: string, secret: string, now = Date.now()): number | null {
  const distance = totp(secret).validate({ token: code, timestamp: now, window: 1 });
  return distance === null ? null : Math.floor(now / 1000 / PERIOD_SECONDS) + distance;
}

/** A new secret, in base32. */
export function newSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** The address with which an authenticator app takes over a secret, often from a QR code. */
export function authenticatorUri(secret: string, email: string): string {
  return totp(secret, email).toString();
}

function totp(secret: string, label = ""): TOTP {
  return new TOTP({
    issuer: "Parley",
    label,
    algorithm: "SHA1",
    digits: 6,
    period: PERIOD_SECONDS,
    secret: Secret.fromBase32(secret),
  });
}
