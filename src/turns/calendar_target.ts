import type pg from "pg";
import type { HttpRequest, HttpTarget } from "../chatbot/effect.ts";
import type { Config } from "../config.ts";
import type { GuardedFetch } from "../http/guarded_fetch.ts";
import { type GoogleAccountRow, openGoogleToken } from "../secrets/google_account.ts";
import type { KeyRing } from "../secrets/key_ring.ts";
import { type Aim, below, type Caller, notConnected } from "./target.ts";

type Tools = {
  pool: Pick<pg.Pool, "query">;
  keyRing: KeyRing;
  trusted: GuardedFetch;
  config: Pick<Config, "GOOGLE_CALENDAR_URL">;
};
type Account = Omit<GoogleAccountRow, "tenant_id"> & {
  access_token: string;
  access_token_expires_at: Date | null;
};

/** A question to a member's Google calendar. What cannot be asked fails: a calendar is never taken to be empty. */
export async function aimCalendar(
  { tenantId, ownerId }: Caller,
  request: HttpRequest & { target: Extract<HttpTarget, { kind: "google_calendar" }> },
  { pool, keyRing, trusted, config }: Tools,
): Promise<Aim> {
  const { rows } = await pool.query<Account>("select * from app_private.chatbot_calendar($1, $2, $3)", [
    tenantId,
    ownerId,
    request.target.userId,
  ]);
  const [account] = rows;
  if (!account) return notConnected("No Google calendar is connected.");
  if (account.access_token_expires_at !== null && account.access_token_expires_at.getTime() <= Date.now())
    return notConnected("The Google account's access has ended: it has to be connected again.");
  const url = below(config.GOOGLE_CALENDAR_URL, request.url);
  if (url === null) return notConnected("The path leads out of the calendar API.");
  const token = openGoogleToken(
    { ...account, tenant_id: tenantId },
    "access_token",
    account.access_token,
    keyRing,
  );
  const headers: [string, string][] = [...request.headers, ["authorization", `Bearer ${token}`]];
  return {
    kind: "aimed",
    request: { ...request, target: { kind: "url" }, url, headers },
    fetch: trusted,
    finish: (result) => result,
  };
}
