import assert from "node:assert/strict";
import { before, test } from "node:test";
import { dataSourceToken } from "../../src/secrets/data_source_token.ts";
import { openGoogleToken } from "../../src/secrets/google_account.ts";
import type { TestDatabase } from "../support/database.ts";
import { aPerson, aWorkspace, type Person } from "../support/people.ts";
import { type Api, borrowApi, RING } from "./support/api.ts";

let database: TestDatabase;
let api: Api;
let admin: Person;
let agent: Person;
let stranger: Person;
before(async () => {
  ({ database, api } = await borrowApi());
  const { tenantId } = await aWorkspace(database.pool);
  admin = await aPerson(database.pool, tenantId, "admin");
  agent = await aPerson(database.pool, tenantId, "agent");
  stranger = await aPerson(database.pool, (await aWorkspace(database.pool)).tenantId, "owner");
});

const CREATE = `mutation ($name: String!) {
  createDataSource(input: {dataSource: {name: $name, baseUrl: "https://shop.example.com", authType: bearer}}) {
    dataSource { id isActive hasAuthToken }
  }
}`;
const SET = `mutation ($id: UUID!, $token: String!) {
  setDataSourceToken(input: {dataSourceId: $id, token: $token, clientMutationId: "c"}) {
    clientMutationId dataSource { id isActive hasAuthToken }
  }
}`;
const CLEAR = `mutation ($id: UUID!) {
  clearDataSourceToken(input: {dataSourceId: $id}) { dataSource { id isActive hasAuthToken } }
}`;
const CONNECT = `mutation ($input: ConnectGoogleCalendarInput!) {
  connectGoogleCalendar(input: $input) {
    googleAccount { userId email status statusReason hasRefreshToken accessTokenExpiresAt }
  }
}`;
const DISCONNECT = `mutation ($userId: UUID) {
  disconnectGoogleCalendar(input: {userId: $userId}) { googleAccount { userId } }
}`;

let sources = 0;
async function aDataSource(): Promise<string> {
  sources += 1;
  const answer = await api.ask(admin, CREATE, { name: `Shop ${sources}` });
  assert.deepEqual(answer.errors, []);
  return answer.data.createDataSource.dataSource.id;
}

async function rowOf(sql: string, ...values: unknown[]) {
  const { rows } = await database.pool.query(sql, values);
  return rows[0];
}

const secretOf = (id: string) =>
  rowOf(
    "select data_source_id as id, auth_token from app_private.data_source_secrets where data_source_id = $1",
    id,
  );

function assertUnseen(text: string, ...secrets: string[]): void {
  const logged = api.log.join("\n");
  for (const secret of secrets) {
    assert.ok(!text.includes(secret));
    assert.ok(!logged.includes(secret));
  }
}

test("a data source's token is sealed, activates the source, is replaced, and is cleared", async () => {
  const id = await aDataSource();
  for (const [given, token] of [
    [id, "t0ken-one"],
    [id.toUpperCase(), "t0ken-two"],
  ] as const) {
    const answer = await api.ask(admin, SET, { id: given, token });
    assert.deepEqual(answer.data?.setDataSourceToken, {
      clientMutationId: "c",
      dataSource: { id, isActive: true, hasAuthToken: true },
    });
    const row = await secretOf(id);
    assert.equal(dataSourceToken(row, RING), token);
    assertUnseen(answer.text + row.auth_token, token);
  }
  const audit = await api.ask(admin, "{ auditEntries { nodes { newValues oldValues } } }");
  assertUnseen(audit.text, "t0ken-one", "t0ken-two");

  const cleared = await api.ask(admin, CLEAR, { id });
  assert.deepEqual(cleared.data?.clearDataSourceToken.dataSource, {
    id,
    isActive: false,
    hasAuthToken: false,
  });
  assert.equal(await secretOf(id), undefined);
});

test("a token is sent only to the address it was given for: changing the address or its header clears it", async () => {
  const UPDATE = `mutation ($id: UUID!, $patch: DataSourcePatch!) {
    updateDataSource(input: {id: $id, patch: $patch}) { dataSource { isActive hasAuthToken } }
  }`;
  const id = await aDataSource();
  const update = async (patch: object) => {
    const answer = await api.ask(admin, UPDATE, { id, patch });
    return answer.data?.updateDataSource?.dataSource ?? answer.code;
  };
  const giveToken = () => api.ask(admin, SET, { id, token: "t0ken" });
  await giveToken();
  const kept = { isActive: true, hasAuthToken: true };
  assert.deepEqual(await update({ description: "Ours", baseUrl: "https://shop.example.com" }), kept);
  assert.ok(await secretOf(id));

  for (const patch of [{ baseUrl: "https://evil.example.com" }, { authType: "basic" }]) {
    await giveToken();
    assert.deepEqual(await update(patch), { isActive: false, hasAuthToken: false });
    assert.equal(await secretOf(id), undefined);
  }
  await giveToken();
  assert.deepEqual(await update({ authType: "none" }), { isActive: true, hasAuthToken: false });
  assert.equal(await secretOf(id), undefined);
  // Not even together with the wish that it stay active.
  await update({ authType: "bearer" });
  await giveToken();
  const again = await update({ baseUrl: "https://other.example.com", isActive: true });
  assert.deepEqual(again, { isActive: false, hasAuthToken: false });
  assert.equal(await secretOf(id), undefined);
});

test("a value that is not a valid token is refused without being quoted", async () => {
  const id = await aDataSource();
  for (const token of [
    "",
    " s3cret",
    "s3cret\r\nhost: evil.example",
    "s3cret\u0000",
    "s3cret".repeat(2000),
  ]) {
    const answer = await api.ask(admin, SET, { id, token });
    assert.equal(answer.code, "PYREQ", answer.text);
    assertUnseen(answer.text, "s3cret");
  }
  assert.equal(await secretOf(id), undefined);
});

test("tokens of data sources are for admins, and no caller reaches another tenant's", async () => {
  const id = await aDataSource();
  for (const document of [SET, CLEAR]) {
    assert.equal((await api.ask(stranger, document, { id, token: "x" })).code, "PYNFD");
    assert.notEqual((await api.ask(agent, document, { id, token: "x" })).code, undefined);
    assert.equal((await api.ask(null, document, { id, token: "x" })).data?.setDataSourceToken ?? null, null);
  }
  assert.equal(await secretOf(id), undefined);
});

test("an admin connects a calendar for any member; tokens are sealed, and connecting again repairs a revoked one", async () => {
  const accessTokenExpiresAt = "2030-01-01T00:00:00.000000+00:00";
  const input = {
    userId: agent.userId,
    email: "ann@example.com",
    accessToken: "acc3ss",
    refreshToken: "r3fresh",
    accessTokenExpiresAt,
  };
  const answer = await api.ask(admin, CONNECT, { input });
  assert.deepEqual(answer.data?.connectGoogleCalendar.googleAccount, {
    userId: agent.userId,
    email: "ann@example.com",
    status: "connected",
    statusReason: null,
    hasRefreshToken: true,
    accessTokenExpiresAt,
  });
  const row = { tenant_id: agent.tenantId, user_id: agent.userId };
  const stored = () =>
    rowOf("select * from app_private.google_account_secrets where user_id = $1", agent.userId);
  const { access_token, refresh_token } = await stored();
  assert.equal(openGoogleToken(row, "access_token", access_token, RING), "acc3ss");
  assert.equal(openGoogleToken(row, "refresh_token", refresh_token, RING), "r3fresh");
  assertUnseen(answer.text + JSON.stringify(await stored()), "acc3ss", "r3fresh");

  await database.pool.query(
    "update app_public.google_accounts set status = 'revoked', status_reason = 'invalid_grant' where user_id = $1",
    [agent.userId],
  );
  const seen = await api.ask(agent, "{ googleAccounts { nodes { userId status statusReason } } }");
  assert.deepEqual(seen.data?.googleAccounts.nodes, [
    { userId: agent.userId, status: "revoked", statusReason: "invalid_grant" },
  ]);
  // Google gives a refresh token with the first consent only: the one before stays.
  const again = await api.ask(admin, CONNECT, { input: { userId: agent.userId, accessToken: "acc3ss-2" } });
  const account = again.data?.connectGoogleCalendar.googleAccount;
  assert.deepEqual(
    [account.status, account.email, account.hasRefreshToken, account.accessTokenExpiresAt],
    ["connected", "ann@example.com", true, null],
  );
  assert.equal((await stored()).refresh_token, refresh_token);
});

test("a calendar is disconnected by its member or by an admin; its tokens are deleted", async () => {
  const input = { accessToken: "acc3ss" };
  const connected = await api.ask(admin, CONNECT, { input });
  assert.equal(connected.data?.connectGoogleCalendar.googleAccount.userId, admin.userId);
  assert.equal((await api.ask(agent, CONNECT, { input })).code, "PYDEN");
  assert.equal(
    (await api.ask(stranger, CONNECT, { input: { ...input, userId: agent.userId } })).code,
    "PYNFD",
  );
  assert.equal((await api.ask(admin, CONNECT, { input: { accessToken: "\n" } })).code, "PYREQ");

  assert.equal((await api.ask(agent, DISCONNECT, { userId: admin.userId })).code, "PYDEN");
  assert.equal((await api.ask(stranger, DISCONNECT, { userId: admin.userId })).code, "PYNFD");
  const own = await api.ask(admin, DISCONNECT);
  assert.equal(own.data?.disconnectGoogleCalendar.googleAccount.userId, admin.userId, own.text);
  assert.equal((await api.ask(admin, DISCONNECT)).code, "PYNFD");
  assert.equal(
    await rowOf("select from app_private.google_account_secrets where user_id = $1", admin.userId),
    undefined,
  );

  await api.ask(admin, CONNECT, { input: { ...input, userId: agent.userId } });
  assert.deepEqual((await api.ask(agent, DISCONNECT)).errors, []);
});

test("a token is sealed for the id as the database writes it", async () => {
  const id = await aDataSource();
  for (const spelling of [id.replaceAll("-", ""), id.toUpperCase()]) {
    const answer = await api.ask(admin, SET, { id: spelling, token: "t0ken" });
    assert.deepEqual(answer.errors, []);
    assert.equal(answer.data.setDataSourceToken.dataSource.id, id);
    assert.equal(dataSourceToken(await secretOf(id), RING), "t0ken");
  }
});

test("Google's tokens are sealed for the member's id as the database writes it", async () => {
  const input = { userId: agent.userId.replaceAll("-", "").toUpperCase(), accessToken: "access" };
  const answer = await api.ask(admin, CONNECT, { input });
  assert.deepEqual(answer.errors, []);
  const row = await rowOf(
    "select * from app_private.google_account_secrets where user_id = $1",
    agent.userId,
  );
  assert.equal(openGoogleToken(row, "access_token", row.access_token, RING), "access");
});
