import { LRUCache } from "lru-cache";
import type pg from "pg";
import { FairShare } from "../../base/fair_share.ts";
import { apiKeyHash } from "./api_key.ts";
import type { MemberRole, Program } from "./visitor.ts";

type Row = { id: string; tenant_id: string; role: MemberRole; expires_at: Date | null };

/** Only so that the checks of known keys wait in their tenant's queue: every request asks the database. */
const MOST_KNOWN = 10_000;

/** Looks up API keys. */
export class ApiKeys {
  readonly #pool: Pick<pg.Pool, "query">;
  readonly #checks: FairShare;
  /** Tenants and ids of keys, by their hashes. */
  readonly #known = new LRUCache<string, readonly [tenantId: string, id: string]>({ max: MOST_KNOWN });
  /** Guessed keys have separate places, so that they do not delay others. */
  readonly #unknown = new FairShare({
    places: 2,
    perKey: [1],
    waiting: 1_000,
    waitingPerKey: 20,
    waitMs: 5_000,
    refusal: "Too many unknown API keys are being checked; try again shortly",
  });

  /**
   * @param pool connections as the authenticator
   * @param checks limits how many sessions and keys are checked at once, in total, of a tenant and of a key
   */
  constructor(pool: Pick<pg.Pool, "query">, checks: FairShare) {
    this.#pool = pool;
    this.#checks = checks;
  }

  /** The program that has this key; null if the key is unknown, expired or revoked. @param source of the request */
  async find(key: string, source: string): Promise<Program | null> {
    const keyHash = apiKeyHash(key);
    if (keyHash === undefined) return null;
    const known = this.#known.get(keyHash);
    const look = () => this.#query(keyHash);
    const row = await (known ? this.#checks.run(known, look) : this.#unknown.run([source], look));
    if (!row) return null;
    const { id: credentialId, tenant_id: tenantId, expires_at: expiresAt } = row;
    this.#known.set(keyHash, [tenantId, credentialId]);
    return { kind: "program", tenantId, credentialId, keyHash, expiresAt };
  }

  /** The role that the key counts as; null if it has expired or was revoked. */
  async roleOf({ tenantId, credentialId, keyHash }: Program): Promise<MemberRole | null> {
    const row = await this.#checks.run([tenantId, credentialId], () => this.#query(keyHash));
    return row?.role ?? null;
  }

  async #query(keyHash: string): Promise<Row | undefined> {
    const { rows } = await this.#pool.query<Row>({
      name: "use_api_key",
      text: "select id, tenant_id, role, expires_at from app_hidden.use_api_key(decode($1, 'hex'))",
      values: [keyHash],
    });
    return rows[0];
  }
}
