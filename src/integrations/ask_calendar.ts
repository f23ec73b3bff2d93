import type { HttpResult } from "../chatbot/engine/event.ts";
import type { HttpRequest, HttpTarget } from "../chatbot/engine/request.ts";
import { openGoogleToken } from "../secrets/google_account.ts";
import { call } from "./call.ts";
import { type GoogleTools, isFailure, type KnownToken, renewGoogleToken } from "./google_token.ts";
import { below, type Caller, notConnected } from "./target.ts";

type AccountRow = {
  user_id: string;
  status: "connected" | "revoked";
  access_token: string;
  access_token_expires_at: Date | null;
};

/** A token that ends within this time may end on its way. */
const MARGIN_MS = 30_000;

/**
 * Asks a member's Google calendar. An access token that has ended, or that Google refuses, is renewed once. What cannot
 * be asked fails: a calendar is never taken to be empty.
 */
export async function askCalendar(
  { tenantId, ownerId }: Caller,
  request: HttpRequest & { target: Extract<HttpTarget, { kind: "google_calendar" }> },
  tools: GoogleTools,
): Promise<HttpResult> {
  const { pool, keyRing, trusted, config } = tools;
  const { rows } = await pool.query<AccountRow>("select * from app_private.chatbot_calendar($1, $2, $3)", [
    tenantId,
    ownerId,
    request.target.userId,
  ]);
  const [row] = rows;
  if (!row) return notConnected("No Google calendar is connected.");
  const account = { tenant_id: tenantId, ...row };
  if (account.status === "revoked")
    return notConnected("Google takes the account's tokens no more: it has to be connected again.");
  const url = below(config.GOOGLE_CALENDAR_URL, request.url);
  if (url === null) return notConnected("The path leads out of the calendar API.");
  const ask = ({ token }: KnownToken) =>
    call(
      {
        ...request,
        target: { kind: "url" },
        url,
        headers: [...request.headers, ["authorization", `Bearer ${token}`]],
      },
      trusted,
    );

  const stored: KnownToken = {
    envelope: account.access_token,
    token: openGoogleToken(account, "access_token", account.access_token, keyRing),
  };
  const known = hasEnded(account) ? await renewGoogleToken(account, stored, tools) : stored;
  if (isFailure(known)) return known;
  const result = await ask(known);
  if (known !== stored || result.kind !== "response" || result.status !== 401) return result;
  const renewed = await renewGoogleToken(account, stored, tools);
  return isFailure(renewed) ? renewed : ask(renewed);
}

function hasEnded({ access_token_expires_at: at }: AccountRow): boolean {
  return at !== null && at.getTime() - MARGIN_MS <= Date.now();
}
