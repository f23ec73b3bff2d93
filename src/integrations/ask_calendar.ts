import type { HttpResult } from "../chatbot/engine/event.ts";
import type { HttpRequest, HttpTarget } from "../chatbot/engine/request.ts";
import { openGoogleToken } from "../secrets/google_account.ts";
import { type GoogleTools, isFailure, type KnownToken, renewGoogleToken } from "./google_token.ts";
import { below, type Caller, notConnected } from "./prepared_request.ts";
import { sendHttpRequest } from "./send_http_request.ts";

type AccountRow = {
  user_id: string;
  status: "connected" | "revoked";
  access_token: string;
  access_token_expires_at: Date | null;
};

/** A token that expires within this time may expire before the request reaches Google. */
const MARGIN_MS = 30_000;

/**
 * Sends a request to a member's Google calendar. An access token that has expired, or that Google refuses, is renewed
 * once. A calendar that cannot be reached is a failure: it must never look like an empty calendar.
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
    return notConnected(
      "Google no longer accepts the account's tokens: the account must be connected again.",
    );
  const url = below(config.GOOGLE_CALENDAR_URL, request.url);
  if (url === null) return notConnected("The URL must stay below the base URL of the calendar API.");
  const send = ({ token }: KnownToken) =>
    sendHttpRequest(
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
  const known = hasExpired(account) ? await renewGoogleToken(account, stored, tools) : stored;
  if (isFailure(known)) return known;
  const result = await send(known);
  if (known !== stored || result.kind !== "response" || result.status !== 401) return result;
  const renewed = await renewGoogleToken(account, stored, tools);
  return isFailure(renewed) ? renewed : send(renewed);
}

function hasExpired({ access_token_expires_at: at }: AccountRow): boolean {
  return at !== null && at.getTime() - MARGIN_MS <= Date.now();
}
