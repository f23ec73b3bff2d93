import type pg from "pg";
import { ParleyError } from "../../base/errors.ts";
import { FairShare } from "../../base/fair_share.ts";
import type { Origin } from "../../http/client_source.ts";
import { badToken, signAccessToken } from "./access_token.ts";
import { holdsNul } from "./holds_nul.ts";
import { signRefreshToken, verifyRefreshToken } from "./refresh_token.ts";
import { REFUSALS, type Refusal } from "./refusals.ts";
import { userRequired } from "./scope.ts";
import type { SecondFactors } from "./second_factor.ts";
import type { SignInLimiter } from "./sign_in_limiter.ts";
import type { MemberRole, Visitor } from "./visitor.ts";

type Given = string | null | undefined;

type Credentials = { email: string; password: string; tenant?: Given; code?: Given };

type Acceptance = { token: string; password: string; name?: Given; code?: Given };

type PasswordChange = { oldPassword: string; newPassword: string };

/** A tenant that a user may sign in to. */
type TenantChoice = { id: string; name: string; slug: string; role: MemberRole };

/** Without a session if the user has to name one of several tenants. */
type SignIn = { session: Tokens } | { session: null; tenants: TenantChoice[] };

/** The tokens that a client keeps. */
type Tokens = {
  accessToken: string;
  /** ISO 8601. */
  accessTokenExpiresAt: string;
  refreshToken: string;
  userId: string;
  tenantId: string;
};

type SessionRow = {
  session_id: string;
  user_id: string;
  tenant_id: string;
  generation: number;
  expires_at: Date;
};
type OpenedRow = SessionRow & {
  outcome: "signed_in" | "joined" | Exclude<Refusal, "confirmed" | "not_started">;
};
type SignInRow = OpenedRow | { outcome: "many_tenants"; tenants: TenantChoice[] };
type PasswordRow = { outcome: "changed" | "refused" | "signed_out"; ended_sessions: number };

/** Signs people in, and keeps and ends their sessions. The database decides; the tokens are made here. */
export class SessionService {
  readonly #pool: pg.Pool;
  readonly #places: SignInLimiter;
  readonly #secondFactors: Pick<SecondFactors, "read">;
  readonly #jwtSecret: string;
  readonly #lifetime: string;
  /** Each use of a refresh token locks its session, and would wait for others of the session on a connection. */
  readonly #exchanges = new FairShare({
    places: 4,
    perKey: [3, 1],
    waiting: 1_000,
    waitingPerKey: 100,
    waitMs: 5_000,
    refusal: "Too many refresh tokens are being used at once; try again shortly",
  });

  /**
   * @param pool connections as the authenticator, which may do this and nothing else
   * @param sessionDays how long a session lasts at most
   */
  constructor(
    pool: pg.Pool,
    places: SignInLimiter,
    secondFactors: SecondFactors,
    jwtSecret: string,
    sessionDays: number,
  ) {
    this.#pool = pool;
    this.#places = places;
    this.#secondFactors = secondFactors;
    this.#jwtSecret = jwtSecret;
    this.#lifetime = `${sessionDays} days`;
  }

  /** @throws ParleyError PYSGN, PYCOD, PYTEN; PYUNA when too many sign in at once */
  async signIn(
    { email: given, password, tenant, code }: Credentials,
    { source, userAgent }: Origin,
  ): Promise<SignIn> {
    const email = given.trim();
    if (holdsNul(email, password, tenant)) throw REFUSALS.refused();
    const { totpStep, recoveryCode } = await this.#secondFactors.read(code, { email });
    const row = await this.#call<SignInRow>(
      source,
      email,
      "select * from app_hidden.sign_in($1, $2, $3, $4, $5, $6, $7, $8)",
      [email, password, tenant ?? null, userAgent, this.#lifetime, source, totpStep, recoveryCode],
    );
    if (row.outcome === "many_tenants") return { session: null, tenants: row.tenants };
    return { session: this.#opened(row) };
  }

  /** Makes the invited person a member, and signs them in. @throws ParleyError PYINV, PYSGN, PYCOD, PYPWD; PYUNA as above */
  async acceptInvitation(acceptance: Acceptance, origin: Origin): Promise<Tokens> {
    return this.#opened(await this.#accept(acceptance, origin, this.#lifetime));
  }

  /** The same without a session. */
  async joinTenant(acceptance: Acceptance, origin: Origin): Promise<void> {
    const { outcome } = await this.#accept(acceptance, origin, null);
    if (outcome !== "joined" && outcome !== "signed_in") throw REFUSALS[outcome]();
  }

  async #accept(
    { token, password, name, code }: Acceptance,
    { source, userAgent }: Origin,
    lifetime: string | null,
  ): Promise<OpenedRow> {
    if (holdsNul(token)) throw REFUSALS.invalid();
    if (holdsNul(password, name)) throw new ParleyError("PYREQ", "`password` and `name` must not hold NUL");
    const { totpStep, recoveryCode } = await this.#secondFactors.read(code, { invitationToken: token });
    return this.#call(
      source,
      token,
      "select * from app_hidden.accept_invitation($1, $2, $3, $4, $5, $6, $7, $8)",
      [token, password, name ?? null, userAgent, lifetime, source, totpStep, recoveryCode],
    );
  }

  /** Exchanges a refresh token for the next one; within 30 s for the same one. @throws ParleyError PYREF, PYUNA */
  async refresh(refreshToken: string, { source }: Origin): Promise<Tokens> {
    const refresh = verifyRefreshToken(refreshToken, this.#jwtSecret);
    if (!refresh) throw REFUSALS.ended();
    const { rows } = await this.#exchanges.run([source, refresh.sessionId], () =>
      this.#pool.query<SessionRow>("select * from app_hidden.refresh_session($1, $2, $3)", [
        refresh.sessionId,
        refresh.generation,
        this.#lifetime,
      ]),
    );
    const row = rows[0];
    if (!row) throw REFUSALS.ended();
    return this.#tokens(row);
  }

  /** Opens a session in another tenant of the user, beside this one. @throws ParleyError PYREF, PYTEN, PYUNA */
  async switchTenant(
    { refreshToken, tenant }: { refreshToken: string; tenant: string },
    { source, userAgent }: Origin,
  ): Promise<Tokens> {
    const refresh = verifyRefreshToken(refreshToken, this.#jwtSecret);
    if (!refresh) throw REFUSALS.ended();
    if (holdsNul(tenant)) throw REFUSALS.no_tenant();
    const { rows } = await this.#exchanges.run([source, refresh.sessionId], () =>
      this.#pool.query<OpenedRow>("select * from app_hidden.switch_tenant($1, $2, $3, $4, $5)", [
        refresh.sessionId,
        refresh.generation,
        tenant,
        userAgent,
        this.#lifetime,
      ]),
    );
    return this.#opened(rows[0]!);
  }

  /** Returns how many other sessions it ended. @throws ParleyError PYTOK, PYKEY, PYSGN, PYPWD; PYUNA as above */
  async changePassword(
    { oldPassword, newPassword }: PasswordChange,
    visitor: Visitor | null,
  ): Promise<number> {
    if (visitor === null) throw badToken();
    if (visitor.kind !== "user") throw userRequired();
    if (holdsNul(newPassword)) throw new ParleyError("PYREQ", "`newPassword` must not hold NUL");
    if (holdsNul(oldPassword)) throw REFUSALS.refused();
    const { rows } = await this.#places.runSignedIn(visitor.userId, () =>
      this.#pool.query<PasswordRow>("select * from app_hidden.change_password($1, $2, $3, $4)", [
        visitor.credentialId,
        visitor.userId,
        oldPassword,
        newPassword,
      ]),
    );
    const { outcome, ended_sessions: endedSessions } = rows[0]!;
    if (outcome !== "changed") throw REFUSALS[outcome]();
    return endedSessions;
  }

  /** Calls a function that checks a password, in the places that `subject` may take up when many sign in at once. */
  async #call<Row extends pg.QueryResultRow>(
    source: string,
    subject: string,
    sql: string,
    values: unknown[],
  ): Promise<Row> {
    const { rows } = await this.#places.run(source, subject, () => this.#pool.query<Row>(sql, values));
    return rows[0]!;
  }

  #opened({ outcome, ...session }: OpenedRow): Tokens {
    if (outcome !== "signed_in" && outcome !== "joined") throw REFUSALS[outcome]();
    return this.#tokens(session);
  }

  #tokens(row: SessionRow): Tokens {
    const { user_id: userId, tenant_id: tenantId, session_id: sessionId, generation } = row;
    const { token, expiresAt } = signAccessToken(
      { userId, tenantId, sessionId, sessionExpiresAt: row.expires_at },
      this.#jwtSecret,
    );
    return {
      accessToken: token,
      accessTokenExpiresAt: expiresAt.toISOString(),
      refreshToken: signRefreshToken({ sessionId, generation }, this.#jwtSecret),
      userId,
      tenantId,
    };
  }
}

/** What the mutations use of {@link SessionService}. */
export type Sessions = Omit<Pick<SessionService, keyof SessionService>, "joinTenant">;
