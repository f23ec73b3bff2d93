import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { openGoogleToken, sealGoogleToken } from "../../../src/secrets/google_account.ts";
import { graphOf } from "../../support/chatbot_graphs.ts";
import { type ChatbotShell, type ChatbotThread, chatbotShell } from "../../support/chatbot_shell.ts";
import { aPerson } from "../../support/people.ts";
import { testKeyRing } from "../../support/program.ts";
import { type Asked, type StandIn, standIn } from "../../support/stand_in.ts";

/** Google Calendar, with a stand-in for its API and for the address where tokens are renewed. */

let shell: ChatbotShell;
let google: StandIn;
let settings: Record<string, string>;
/** Access tokens that the stand-in lets in. */
let valid: Set<string>;
let renewals: number;
/** What the token's address answers. */
let renewal: () => Promise<{ status: number; body: object }>;
before(async () => {
  shell = await chatbotShell();
  google = await standIn();
  settings = {
    GOOGLE_CALENDAR_URL: `${google.url}/calendar`,
    GOOGLE_TOKEN_URL: `${google.url}/token`,
    GOOGLE_CLIENT_ID: "our-client",
    GOOGLE_CLIENT_SECRET: "our-secret",
  };
});
after(async () => {
  await google.close();
  await shell.close();
});
beforeEach(() => {
  google.asked = [];
  valid = new Set(["fresh"]);
  renewals = 0;
  renewal = async () => ({ status: 200, body: { access_token: "fresh", expires_in: 3600 } });
  google.answer = async ({ url, headers }: Asked) => {
    if (url === "/token") {
      renewals += 1;
      return renewal();
    }
    const token = String(headers.authorization).replace("Bearer ", "");
    return valid.has(token)
      ? { status: 200, body: { calendars: { primary: { busy: [] } } } }
      : { status: 401, body: {} };
  };
});

const GRAPH = graphOf(
  {
    start: ["start"],
    look: [
      "google_calendar",
      { calendarOutputVariable: "slots", calendarOutputFormat: "slots_only", apiRetries: 0 },
    ],
    free: ["message", { content: "Free" }],
    none: ["message", { content: "{{slots.code}}" }],
  },
  [
    ["start", "look"],
    ["look", "free", "success"],
    ["look", "none", "error"],
  ],
);

type Tokens = { access?: string; refresh?: string | null; endsIn?: string | null };

/** Connects the tenant's owner; the access token ends after that interval. */
async function connect({ tenantId }: { tenantId: string }, tokens: Tokens = {}) {
  const { access = "stale", refresh = "r3fresh", endsIn = "1 hour" } = tokens;
  const { userId } = await aPerson(shell.database.pool, tenantId, "owner");
  const row = { tenant_id: tenantId, user_id: userId };
  await shell.query(
    `with account as (
       insert into app_public.google_accounts (tenant_id, user_id, has_refresh_token, access_token_expires_at)
       values ($1, $2, $4::text is not null, now() + $5::interval)
       returning tenant_id, user_id
     )
     insert into app_private.google_account_secrets (tenant_id, user_id, access_token, refresh_token)
     select tenant_id, user_id, $3, $4 from account`,
    tenantId,
    userId,
    sealGoogleToken(row, "access_token", access, testKeyRing),
    refresh === null ? null : sealGoogleToken(row, "refresh_token", refresh, testKeyRing),
    endsIn,
  );
  return row;
}

async function stateOf({ tenant_id, user_id }: { tenant_id: string; user_id: string }) {
  const [row] = await shell.query(
    `select status, status_reason, access_token_expires_at > now() as is_fresh, k.access_token, k.refresh_token
     from app_public.google_accounts g join app_private.google_account_secrets k using (tenant_id, user_id)
     where tenant_id = $1 and user_id = $2`,
    tenant_id,
    user_id,
  );
  const at = { tenant_id, user_id };
  return {
    ...row,
    access_token: openGoogleToken(at, "access_token", row.access_token, testKeyRing),
    refresh_token: row.refresh_token && openGoogleToken(at, "refresh_token", row.refresh_token, testKeyRing),
  };
}

/** What the chatbot says of the calendar. */
async function look(thread: ChatbotThread, others: Record<string, string> = {}): Promise<string> {
  await thread.say("hello");
  await shell.makeCall(thread, { ...settings, ...others });
  await shell.turns.drain();
  return (await thread.said()).at(-1) ?? "";
}

const tokensAsked = () =>
  google.asked.filter(({ url }) => url !== "/token").map(({ headers }) => headers.authorization);

test("a calendar that is not connected, or not reached, takes the error exit: never all free", async () => {
  const thread = await shell.aThread(GRAPH);
  assert.equal(await look(thread), "NOT_CONNECTED");
  await connect(thread, { access: "fresh" });
  google.answer = () => ({ status: 500, body: {} });
  assert.equal(await look(thread), "FETCH_ERROR");
  assert.deepEqual(tokensAsked(), ["Bearer fresh"]);
});

test("a token that is good is used as it is", async () => {
  const thread = await shell.aThread(GRAPH);
  await connect(thread, { access: "fresh", endsIn: null });
  assert.equal(await look(thread), "Free");
  assert.equal(renewals, 0);
});

for (const [when, endsIn] of [
  ["has ended", "-1 minute"],
  ["is about to end", "10 seconds"],
] as const)
  test(`a token that ${when} is renewed before anybody is asked, and sealed again`, async () => {
    const thread = await shell.aThread(GRAPH);
    const row = await connect(thread, { endsIn });
    assert.equal(await look(thread), "Free");
    assert.deepEqual(tokensAsked(), ["Bearer fresh"]);
    const [asked] = google.asked;
    assert.equal(asked?.method, "POST");
    assert.deepEqual(Object.fromEntries(new URLSearchParams(asked?.body)), {
      grant_type: "refresh_token",
      refresh_token: "r3fresh",
      client_id: "our-client",
      client_secret: "our-secret",
    });
    assert.deepEqual(await stateOf(row), {
      status: "connected",
      status_reason: null,
      is_fresh: true,
      access_token: "fresh",
      refresh_token: "r3fresh",
    });
    assert.equal(await look(thread), "Free");
    assert.equal(renewals, 1);
  });

test("a token that Google refuses is renewed, and the question asked once more", async () => {
  const thread = await shell.aThread(GRAPH);
  const row = await connect(thread);
  renewal = async () => ({ status: 200, body: { access_token: "fresh", refresh_token: "r3fresh-2" } });
  assert.equal(await look(thread), "Free");
  assert.deepEqual(tokensAsked(), ["Bearer stale", "Bearer fresh"]);
  const { access_token, refresh_token, is_fresh } = await stateOf(row);
  // Google did not say how long it lasts: it is tried as it is.
  assert.deepEqual([access_token, refresh_token, is_fresh], ["fresh", "r3fresh-2", null]);
});

test("a renewed token that is also refused is not renewed endlessly", async () => {
  const thread = await shell.aThread(GRAPH);
  await connect(thread);
  valid.clear();
  assert.equal(await look(thread), "NOT_CONNECTED");
  assert.equal(renewals, 1);
});

// The lock is the row of google_accounts in renewGoogleToken(): without it each of them asks.
test("many turns at once renew a token once", async () => {
  const thread = await shell.aThread(GRAPH);
  await connect(thread, { endsIn: "-1 minute" });
  const threads = [thread, ...(await Promise.all([1, 2, 3, 4].map(() => shell.threadOf(thread, thread))))];
  for (const one of threads) await one.say("hello");
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  renewal = async () => {
    await held;
    return { status: 200, body: { access_token: "fresh", expires_in: 3600 } };
  };
  const calls = threads.map((one) => shell.makeCall(one, settings));
  // Long enough for each of them to come to the lock, and to look at it again.
  await new Promise((resolve) => setTimeout(resolve, 300));
  letGo();
  await Promise.all(calls);
  await shell.turns.drain();
  assert.equal(renewals, 1);
  for (const one of threads) assert.deepEqual(await one.said(), ["Free"]);
});

test("a grant that was taken back shows on the account, and Google is not asked again", async () => {
  const thread = await shell.aThread(GRAPH);
  const row = await connect(thread, { endsIn: "-1 minute" });
  renewal = async () => ({ status: 400, body: { error: "invalid_grant" } });
  assert.equal(await look(thread), "NOT_CONNECTED");
  const { status, status_reason } = await stateOf(row);
  assert.deepEqual([status, status_reason], ["revoked", "invalid_grant"]);
  assert.equal(await look(thread), "NOT_CONNECTED");
  assert.equal(renewals, 1);
  assert.deepEqual(tokensAsked(), []);
});

test("a token without a refresh token that Google refuses shows on the account", async () => {
  const thread = await shell.aThread(GRAPH);
  const row = await connect(thread, { refresh: null });
  assert.equal(await look(thread), "NOT_CONNECTED");
  const { status, status_reason } = await stateOf(row);
  assert.deepEqual([status, status_reason], ["revoked", "no_refresh_token"]);
});

for (const [what, answer, code] of [
  ["is away", { status: 503, body: {} }, "NOT_CONNECTED"],
  ["knows our client no more", { status: 401, body: { error: "invalid_client" } }, "NOT_CONNECTED"],
  ["answers without a token", { status: 200, body: { access_token: null } }, "NOT_CONNECTED"],
  ["answers with no object", { status: 200, body: ["fresh"] }, "NOT_CONNECTED"],
] as const)
  test(`the token's address ${what}: the error exit, and the account stays connected`, async () => {
    const thread = await shell.aThread(GRAPH);
    const row = await connect(thread, { endsIn: "-1 minute" });
    renewal = async () => answer;
    assert.equal(await look(thread), code);
    const { status, access_token } = await stateOf(row);
    assert.deepEqual([status, access_token], ["connected", "stale"]);
  });

test("a request does not wait for an account that is disconnected in the meantime", async () => {
  const thread = await shell.aThread(GRAPH);
  const { user_id } = await connect(thread);
  google.answer = async () => {
    await shell.query("delete from app_public.google_accounts where user_id = $1", user_id);
    return { status: 401, body: {} };
  };
  const before = performance.now();
  assert.equal(await look(thread), "NOT_CONNECTED");
  assert.ok(performance.now() - before < 10_000);
});

test("without an OAuth client no token is renewed or marked as revoked", async () => {
  const thread = await shell.aThread(GRAPH);
  const row = await connect(thread, { endsIn: "-1 minute" });
  assert.equal(await look(thread, { GOOGLE_CLIENT_SECRET: "" }), "NOT_CONNECTED");
  assert.deepEqual([renewals, (await stateOf(row)).status], [0, "connected"]);
});
