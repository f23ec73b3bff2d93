import assert from "node:assert/strict";
import { before, test } from "node:test";
import jwt from "jsonwebtoken";
import { type TOTP, URI } from "otpauth";
import type { TestDatabase } from "../support/database.ts";
import { aConversation, aPerson, aWorkspace, type Person, type Workspace } from "../support/people.ts";
import { type Api, borrowApi, JWT_SECRET } from "./support/api.ts";
import { REFRESH, SEND, SIGN_IN, WHO_AM_I } from "./support/documents.ts";
import { PASSWORD, setPassword } from "./support/password.ts";

let database: TestDatabase;
let api: Api;
let workspace: Workspace;
before(async () => {
  ({ database, api } = await borrowApi());
  workspace = await aWorkspace(database.pool);
});

const signIn = (email: string, password = PASSWORD, tenant?: string) =>
  api.ask(null, SIGN_IN, { input: { email, password, tenant, clientMutationId: "mine" } });

async function someone(role: Person["role"] = "agent"): Promise<Person> {
  const person = await aPerson(database.pool, workspace.tenantId, role);
  await setPassword(database.pool, person);
  return person;
}

test("a user signs in, reads their own user, and signs out with immediate effect", async () => {
  const person = await someone();
  const answer = await signIn(person.email.toUpperCase());
  assert.deepEqual(answer.errors, []);
  assert.equal(answer.data.signIn.clientMutationId, "mine");
  const { session } = answer.data.signIn;
  assert.equal(session.userId, person.userId);
  assert.equal(session.tenantId, workspace.tenantId);
  assert.match(session.refreshToken, /^[\w-]{70}$/);
  const minutes = (new Date(session.accessTokenExpiresAt).getTime() - Date.now()) / 60_000;
  assert.ok(minutes > 14 && minutes < 16);

  const me = await api.ask(session.accessToken, WHO_AM_I);
  assert.equal(me.data.currentUser.id, person.userId);
  assert.equal(me.data.currentMembership.role, "agent");

  const out = await api.ask(session.accessToken, "mutation { signOut(input: {}) { signedOut } }");
  assert.equal(out.data.signOut.signedOut, true);
  const after = await api.ask(session.accessToken, WHO_AM_I);
  assert.equal(after.status, 401);
  assert.equal(after.code, "PYTOK");
  assert.equal((await api.ask(null, REFRESH, { token: session.refreshToken })).code, "PYREF");
});

test("without a token nothing is visible, and only signing in is possible", async () => {
  const answer = await api.ask(
    null,
    `{ currentUser { id } conversations { totalCount } users { nodes { id } } }`,
  );
  assert.equal(answer.status, 200);
  assert.equal(answer.data.currentUser, null);
  assert.equal(answer.data.conversations.totalCount, 0);
  assert.deepEqual(answer.data.users.nodes, []);
  const thread = await aConversation(database.pool, workspace);
  const sent = await api.ask(null, SEND, {
    input: { conversationId: thread.conversationId, content: { body: "x" } },
  });
  assert.equal(sent.code, "PYNFD");
});

test("a wrong password, an unknown address and a lock get the same answer", async () => {
  const person = await someone();
  const wrong = await signIn(person.email, "not the password");
  const unknown = await signIn("nobody@example.com", "not the password");
  assert.equal(wrong.code, "PYSGN");
  assert.deepEqual(unknown.errors, wrong.errors);
  assert.equal(wrong.data.signIn, null);

  for (const email of [person.email, "ghost@example.com"])
    for (let attempt = 0; attempt < 6; attempt += 1) await signIn(email, "not the password");
  const locked = await signIn(person.email);
  const ghost = await signIn("ghost@example.com");
  assert.equal(locked.code, "PYSGN", "the right password does not open a lock");
  assert.deepEqual(locked.errors, wrong.errors);
  assert.deepEqual(ghost.errors, wrong.errors);

  await database.pool.query("delete from app_private.sign_in_failures");
  assert.deepEqual((await signIn(person.email)).errors, []);
});

test("ten wrong passwords at once count as ten", async () => {
  const person = await someone();
  await Promise.all(Array.from({ length: 10 }, () => signIn(person.email, "not the password")));
  const { rows } = await database.pool.query(
    "select failures from app_private.sign_in_failures where email = lower($1)",
    [person.email],
  );
  assert.equal(rows[0].failures, 10);
});

test("an address or a password with a NUL counts as wrong", async () => {
  const person = await someone();
  assert.equal((await signIn(`${person.email}\0`)).code, "PYSGN");
  assert.equal((await signIn(person.email, `${PASSWORD}\0`)).code, "PYSGN");
});

test("a member of several tenants chooses one at sign-in, and switches to another one later", async () => {
  const person = await someone();
  const other = await aWorkspace(database.pool);
  const foreign = await aWorkspace(database.pool);
  await database.pool.query(
    "insert into app_public.memberships (tenant_id, user_id, role) values ($1, $2, 'viewer')",
    [other.tenantId, person.userId],
  );
  const choose = `mutation ($input: SignInInput!) {
    signIn(input: $input) { session { accessToken } tenants { id name slug role } }
  }`;
  const input = { email: person.email, password: PASSWORD };
  const { session: none, tenants } = (await api.ask(null, choose, { input })).data.signIn;
  assert.equal(none, null);
  assert.deepEqual(
    tenants.map(({ slug, role }: { slug: string; role: string }) => [slug, role]).sort(),
    [
      [workspace.slug, "agent"],
      [other.slug, "viewer"],
    ].sort(),
  );
  assert.equal((await signIn(person.email, PASSWORD, "no-such-tenant")).code, "PYTEN");
  const { session } = (await signIn(person.email, PASSWORD, other.slug)).data.signIn;
  assert.equal(session.tenantId, other.tenantId);

  const own = "{ myTenants { nodes { id name slug role isCurrent } } }";
  const listed = (await api.ask(session.accessToken, own)).data.myTenants.nodes;
  assert.deepEqual(
    listed.map(({ isCurrent, ...tenant }: { isCurrent: boolean }) => tenant),
    tenants,
  );
  assert.equal(listed.find(({ isCurrent }: { isCurrent: boolean }) => isCurrent).id, other.tenantId);
  assert.deepEqual((await api.ask(null, own)).data.myTenants.nodes, []);

  const change = (refreshToken: string, tenant: string) =>
    api.ask(
      null,
      `mutation ($input: SwitchTenantInput!) {
        switchTenant(input: $input) { session { accessToken refreshToken tenantId } }
      }`,
      { input: { refreshToken, tenant } },
    );
  const switched = (await change(session.refreshToken, workspace.tenantId)).data.switchTenant.session;
  assert.equal(switched.tenantId, workspace.tenantId);
  assert.equal((await api.ask(switched.accessToken, WHO_AM_I)).data.currentMembership.role, "agent");
  assert.equal((await api.ask(session.accessToken, WHO_AM_I)).data.currentMembership.role, "viewer");
  const { rows } = await database.pool.query(
    "select count(distinct created_at)::int as sign_ins from app_private.sessions where user_id = $1 and revoked_at is null",
    [person.userId],
  );
  assert.equal(rows[0].sign_ins, 1, "a switch does not prolong the sign-in");
  for (const tenant of [foreign.slug, "no-such-tenant", "\0"])
    assert.equal((await change(session.refreshToken, tenant)).code, "PYTEN");
  for (const token of ["", "x", session.accessToken])
    assert.equal((await change(token, other.slug)).code, "PYREF");
  await api.ask(session.accessToken, "mutation { signOut(input: {}) { signedOut } }");
  assert.equal((await change(session.refreshToken, workspace.slug)).code, "PYREF");
  assert.equal((await api.ask(switched.accessToken, WHO_AM_I)).code, undefined);
});

test("two tabs that refresh at once get the same refresh token, and both stay signed in", async () => {
  const person = await someone();
  const { refreshToken: token } = (await signIn(person.email)).data.signIn.session;
  const tabs = await Promise.all([1, 2, 3].map(() => api.ask(null, REFRESH, { token })));
  const sessions = tabs.map(({ data }) => data.refreshSession.session);
  assert.equal(new Set(sessions.map(({ refreshToken }) => refreshToken)).size, 1);
  for (const { accessToken } of sessions)
    assert.equal((await api.ask(accessToken, WHO_AM_I)).data.currentUser.id, person.userId);
  const next = await api.ask(null, REFRESH, { token: sessions[0].refreshToken });
  assert.notEqual(next.data.refreshSession.session.refreshToken, token);
});

test("a refresh token used again half a minute later ends the session for both users of it", async () => {
  const person = await someone();
  const first = (await signIn(person.email)).data.signIn.session;
  const second = (await api.ask(null, REFRESH, { token: first.refreshToken })).data.refreshSession.session;
  assert.notEqual(second.refreshToken, first.refreshToken);
  assert.equal((await api.ask(second.accessToken, WHO_AM_I)).data.currentUser.id, person.userId);

  await database.pool.query(
    "update app_private.sessions set refreshed_at = now() - interval '31 seconds' where user_id = $1",
    [person.userId],
  );
  assert.equal((await api.ask(null, REFRESH, { token: first.refreshToken })).code, "PYREF");
  assert.equal((await api.ask(null, REFRESH, { token: second.refreshToken })).code, "PYREF");
  assert.equal((await api.ask(second.accessToken, WHO_AM_I)).code, "PYTOK");
});

test("an invalid refresh token is refused", async () => {
  const { refreshToken } = (await signIn((await someone()).email)).data.signIn.session;
  const last = refreshToken.at(-3) === "A" ? "B" : "A";
  const forged = [
    `${refreshToken.slice(0, -3)}${last}${refreshToken.slice(-2)}`,
    `AAAA${refreshToken.slice(4)}`,
  ];
  for (const token of ["", "x", "\0".repeat(70), "x".repeat(70), "x".repeat(10_000), ...forged])
    assert.equal((await api.ask(null, REFRESH, { token })).code, "PYREF", token);
  assert.equal((await api.ask(null, REFRESH, { token: refreshToken })).code, undefined);
});

test("deactivating a membership, a user or a tenant takes effect on the next request", async () => {
  const statements = [
    "update app_public.memberships set is_active = false where user_id = $1",
    "update app_public.users set is_active = false where id = $1",
    `update app_public.tenants set status = 'inactive'
     where id = (select tenant_id from app_public.memberships where user_id = $1)`,
    "delete from app_public.memberships where user_id = $1",
  ];
  for (const statement of statements) {
    const own = await aWorkspace(database.pool);
    const person = await aPerson(database.pool, own.tenantId, "agent");
    assert.equal((await api.ask(person, WHO_AM_I)).data.currentUser.id, person.userId);
    await database.pool.query(statement, [person.userId]);
    const answer = await api.ask(person, WHO_AM_I);
    assert.equal(answer.status, 401, statement);
    assert.equal(answer.code, "PYTOK");
    assert.equal(answer.data, undefined);
  }
});

test("an admin deactivates a membership over the API, and the member loses access", async () => {
  const admin = await aPerson(database.pool, workspace.tenantId, "admin");
  const agent = await aPerson(database.pool, workspace.tenantId, "agent");
  const found = await api.ask(
    admin,
    `query ($id: UUID!) { memberships(filter: { userId: { equalTo: $id } }) { nodes { nodeId } } }`,
    {
      id: agent.userId,
    },
  );
  const changed = await api.ask(
    admin,
    `mutation ($id: ID!) { updateMembership(input: { nodeId: $id, patch: { isActive: false } }) { membership { isActive } } }`,
    { id: found.data.memberships.nodes[0].nodeId },
  );
  assert.equal(changed.data.updateMembership.membership.isActive, false);
  assert.equal((await api.ask(agent, WHO_AM_I)).code, "PYTOK");
});

test("changing or deleting by what is not the id of such a row is refused: PYNFD", async () => {
  const admin = await aPerson(database.pool, workspace.tenantId, "admin");
  const tenant = await api.ask(admin, "{ currentTenant { nodeId } }");
  const nodeIds = ["x", "WyJ4IiwiMSJd", tenant.data.currentTenant.nodeId];
  for (const [mutation, id] of ["deleteMembership", "updateMembership"].flatMap((m) =>
    nodeIds.map((i) => [m, i]),
  )) {
    const patch = mutation === "updateMembership" ? ", patch: { isActive: false }" : "";
    const answer = await api.ask(
      admin,
      `mutation ($id: ID!) { ${mutation}(input: { nodeId: $id${patch} }) { membership { isActive } } }`,
      { id },
    );
    assert.equal(answer.code, "PYNFD", `${mutation} ${id} ${answer.text}`);
  }
});

test("forged, expired and foreign tokens all get the same 401", async () => {
  const person = await aPerson(database.pool, workspace.tenantId, "owner");
  const claims = { user: person.userId, tenant: person.tenantId, session: person.sessionId };
  const sign = (secret: string, options: jwt.SignOptions, payload: object = claims) =>
    jwt.sign(payload, secret, { issuer: "parley", audience: "parley", expiresIn: 60, ...options });
  const unsigned = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url")}.${Buffer.from(
    JSON.stringify({ ...claims, iss: "parley", aud: "parley", exp: Date.now() }),
  ).toString("base64url")}.`;
  const good = sign(JWT_SECRET, {});
  assert.equal((await api.ask(good, WHO_AM_I)).status, 200);

  const bad = {
    "another secret": sign("another secret, also quite long enough", {}),
    "no signature": unsigned,
    "another algorithm": sign(JWT_SECRET, { algorithm: "HS512" }),
    "another issuer": sign(JWT_SECRET, { issuer: "somebody" }),
    "another audience": sign(JWT_SECRET, { audience: "somebody" }),
    expired: sign(JWT_SECRET, { expiresIn: -1 }),
    "without an end": jwt.sign(claims, JWT_SECRET, { issuer: "parley", audience: "parley" }),
    "without a session": sign(JWT_SECRET, {}, { user: person.userId, tenant: person.tenantId }),
    "ids that are none": sign(JWT_SECRET, {}, { ...claims, session: "' or true --" }),
    "another's session": sign(JWT_SECRET, {}, { ...claims, user: "01900000-0000-7000-8000-000000000000" }),
    "no token at all": "x",
    huge: "x".repeat(10_000),
  };
  const texts = new Set<string>();
  for (const [what, token] of Object.entries(bad)) {
    const answer = await api.ask(token, WHO_AM_I);
    assert.equal(answer.status, 401, what);
    assert.equal(answer.code, "PYTOK", what);
    texts.add(answer.text);
  }
  assert.equal(texts.size, 1);
  assert.equal((await api.post("{}", { authorization: "Basic eDp5" })).status, 401);
});

test("a tenant in the token that is not the session's changes nothing", async () => {
  const other = await aWorkspace(database.pool);
  await aConversation(database.pool, other);
  const person = await aPerson(database.pool, workspace.tenantId, "owner");
  const answer = await api.ask(
    { ...person, tenantId: other.tenantId },
    "{ conversations { nodes { channelId } } }",
  );
  for (const { channelId } of answer.data.conversations.nodes) assert.equal(channelId, workspace.channelId);
});

test("a viewer reads and cannot write; an agent writes and cannot manage", async () => {
  const thread = await aConversation(database.pool, workspace);
  const viewer = await aPerson(database.pool, workspace.tenantId, "viewer");
  const agent = await aPerson(database.pool, workspace.tenantId, "agent");
  const id = thread.conversationId;

  assert.equal((await api.ask(viewer, `{ conversation(id: "${id}") { id } }`)).data.conversation.id, id);
  const send = { input: { conversationId: id, content: { body: "x" } } };
  assert.equal((await api.ask(viewer, SEND, send)).code, "PYDEN");
  for (const name of [
    "markConversationRead",
    "assignConversation",
    "closeConversation",
    "reopenConversation",
  ]) {
    const act = `mutation { ${name}(input: { conversationId: "${id}" }) { conversation { id status } } }`;
    assert.equal((await api.ask(viewer, act)).code, "PYDEN", name);
    assert.deepEqual((await api.ask(agent, act)).errors, [], name);
  }
  assert.equal(
    (
      await api.ask(
        viewer,
        `mutation { createContact(input: { contact: { name: "X" } }) { contact { id } } }`,
      )
    ).code,
    "PYDEN",
  );

  const addUser = `mutation { inviteUser(input: { email: "new@example.com" }) { issuedInvitation { token } } }`;
  assert.equal((await api.ask(agent, addUser)).code, "PYDEN");
  const pause = `mutation { updateChannel(input: { id: "${workspace.channelId}", patch: { status: paused } }) { channel { status } } }`;
  const refused = await api.ask(agent, pause);
  assert.equal(refused.code, "PYNFD", "a row that one's role may not change is not there to be changed");
  assert.equal(refused.data.updateChannel, null);
  assert.deepEqual((await api.ask(agent, "{ auditEntries { nodes { id } } }")).data.auditEntries.nodes, []);

  const admin = await aPerson(database.pool, workspace.tenantId, "admin");
  assert.deepEqual((await api.ask(admin, addUser)).errors, []);
  assert.equal((await api.ask(admin, addUser.replace("new@example.com", agent.email))).code, "PYUSR");
  assert.ok((await api.ask(admin, "{ auditEntries { nodes { id } } }")).data.auditEntries.nodes.length > 0);
});

test("an invitation is accepted without an access token; all wrong ones get the same answer", async () => {
  const admin = await aPerson(database.pool, workspace.tenantId, "admin");
  const email = `invited-${workspace.slug}@example.com`;
  const invited = await api.ask(
    admin,
    `mutation ($email: String!) {
      inviteUser(input: { email: $email, role: viewer }) { issuedInvitation { invitationId token expiresAt } }
    }`,
    { email },
  );
  const { token } = invited.data.inviteUser.issuedInvitation;
  const accept = (input: object) =>
    api.ask(
      null,
      `mutation ($input: AcceptInvitationInput!) {
        acceptInvitation(input: $input) { session { accessToken refreshToken tenantId } }
      }`,
      { input },
    );
  for (const wrong of ["", "x", "\0", token.slice(1)])
    assert.equal((await accept({ token: wrong, password: PASSWORD })).code, "PYINV");
  assert.equal((await accept({ token, password: "short" })).code, "PYPWD");
  const { session } = (await accept({ token, password: PASSWORD, name: "Ivy" })).data.acceptInvitation;
  assert.equal(session.tenantId, workspace.tenantId);
  assert.equal((await api.ask(session.accessToken, "{ currentUser { name } }")).data.currentUser.name, "Ivy");
  assert.equal((await accept({ token, password: PASSWORD })).code, "PYINV");
  assert.equal((await signIn(email)).errors.length, 0);
});

test("a forgotten password is replaced by a link; the request does not tell addresses apart", async () => {
  const person = await someone();
  const { session } = (await signIn(person.email)).data.signIn;
  const request = (email: string) =>
    api.ask(
      null,
      `mutation ($email: String!) {
        requestPasswordReset(input: { email: $email, clientMutationId: "x" }) { clientMutationId }
      }`,
      { email },
    );
  const texts = new Set<string>();
  for (const email of [
    person.email,
    "nobody@example.com",
    "",
    "\0",
    "x".repeat(10_000),
    ...Array(5).fill(person.email),
  ])
    texts.add((await request(email)).text);
  assert.deepEqual([...texts], ['{"data":{"requestPasswordReset":{"clientMutationId":"x"}}}']);

  const { rows } = await database.pool.query(
    `select x.token from app_private.password_resets r, app_private.issue_password_reset(r.id) x
     where r.email = $1`,
    [person.email],
  );
  assert.equal(rows.length, 3);
  const reset = (token: string, newPassword: string) =>
    api.ask(
      null,
      `mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { endedSessions } }`,
      { input: { token, newPassword } },
    );
  for (const wrong of ["", "x", "\0", rows[0].token.slice(1)])
    assert.equal((await reset(wrong, "another long password")).code, "PYRST");
  assert.equal((await reset(rows[0].token, "password1")).code, "PYPWD");
  assert.equal((await reset(rows[0].token, "\0")).code, "PYREQ");
  assert.equal((await reset(rows[0].token, "another long password")).data.resetPassword.endedSessions, 1);
  for (const { token } of rows) assert.equal((await reset(token, "yet another password")).code, "PYRST");
  assert.equal((await api.ask(session.accessToken, WHO_AM_I)).code, "PYTOK");
  assert.equal((await signIn(person.email)).code, "PYSGN");
  assert.deepEqual((await signIn(person.email, "another long password")).errors, []);
  assert.ok(rows.every(({ token }) => !api.log.join().includes(token)));
});

test("with an authenticator app, signing in takes a code, once each", async () => {
  const person = await someone();
  const session = (await signIn(person.email)).data.signIn.session;
  const call = (token: string | null, name: string, fields: string, input: object) =>
    api.ask(
      token,
      `mutation ($input: ${name.charAt(0).toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${fields} } }`,
      { input },
    );
  const start = (password: string) => call(session.accessToken, "startTotp", "uri secret", { password });
  assert.equal((await call(null, "startTotp", "uri", { password: PASSWORD })).code, "PYTOK");
  assert.equal((await start("wrong")).code, "PYSGN");
  const confirm = (code: string) =>
    call(session.accessToken, "confirmTotp", "recoveryCodes endedSessions", { code });
  assert.equal((await confirm("123456")).code, "PYCOD");
  const { uri, secret } = (await start(PASSWORD)).data.startTotp;
  const app = URI.parse(uri) as TOTP;
  assert.equal(app.secret.base32, secret);
  assert.equal(app.label, person.email);
  const codeIn = (seconds: number) => app.generate({ timestamp: Date.now() + seconds * 1000 });
  assert.equal((await confirm(codeIn(120))).code, "PYCOD");
  const { recoveryCodes } = (await confirm(codeIn(-30))).data.confirmTotp;
  assert.equal(recoveryCodes.length, 10);
  assert.equal((await confirm(codeIn(0))).code, "PYNFD");
  assert.equal((await start(PASSWORD)).code, "PYCON");
  const state = async () =>
    (await api.ask(session.accessToken, "{ myTotp { confirmedAt recoveryCodesLeft } }")).data.myTotp;
  assert.equal((await state()).recoveryCodesLeft, 10);

  const withCode = (code?: string) =>
    call(null, "signIn", "session { userId }", { email: person.email, password: PASSWORD, code });
  assert.equal((await signIn(person.email)).code, "PYCOD");
  assert.equal((await signIn(person.email, "wrong")).code, "PYSGN");
  assert.equal((await withCode(codeIn(-30))).code, "PYCOD", "it confirmed the app");
  const now = codeIn(0);
  const attempts = await Promise.all([withCode(now), withCode(now), withCode(now)]);
  assert.deepEqual(attempts.map(({ code }) => code).sort(), ["PYCOD", "PYCOD", undefined]);
  assert.deepEqual((await withCode(` ${recoveryCodes[3].toLowerCase()} `)).errors, []);
  assert.equal((await withCode(recoveryCodes[3])).code, "PYCOD");
  assert.equal((await state()).recoveryCodesLeft, 9);
  assert.equal((await withCode("\0")).code, "PYCOD");

  const remove = (code: string) =>
    call(session.accessToken, "removeTotp", "clientMutationId", { password: PASSWORD, code });
  assert.equal((await remove("0")).code, "PYCOD");
  assert.deepEqual((await remove(recoveryCodes[0])).errors, []);
  assert.equal(await state(), null);
  assert.deepEqual((await signIn(person.email)).errors, []);
  assert.ok(
    [secret, recoveryCodes[0], recoveryCodes[0].replaceAll("-", "")].every(
      (each) => !api.log.join().includes(each),
    ),
  );
});

test("a user lists and ends their sessions, and changes their password", async () => {
  const person = await someone();
  const first = (await signIn(person.email)).data.signIn.session;
  const second = (await signIn(person.email)).data.signIn.session;
  const list = async (token: string) =>
    (await api.ask(token, "{ currentSessions { nodes { id isCurrent userAgent tenantSlug lastUsedAt } } }"))
      .data.currentSessions.nodes;
  const mine = await list(first.accessToken);
  assert.equal(mine.filter(({ isCurrent }: { isCurrent: boolean }) => isCurrent).length, 1);

  const end = "mutation ($id: UUID!) { endSession(input: { id: $id }) { ended } }";
  const stranger = (await signIn((await someone()).email)).data.signIn.session;
  const { id } = (await list(second.accessToken)).find((s: { isCurrent: boolean }) => s.isCurrent);
  assert.equal((await api.ask(stranger.accessToken, end, { id })).code, "PYNFD");
  assert.equal((await api.ask(first.accessToken, end, { id })).data.endSession.ended, true);
  assert.equal((await api.ask(second.accessToken, WHO_AM_I)).code, "PYTOK");

  const third = (await signIn(person.email)).data.signIn.session;
  const others = "mutation { endOtherSessions(input: {}) { endedSessions } }";
  assert.equal((await api.ask(first.accessToken, others)).data.endOtherSessions.endedSessions, 1);
  assert.equal((await api.ask(third.accessToken, WHO_AM_I)).code, "PYTOK");

  const change = (oldPassword: string, newPassword: string) =>
    api.ask(
      first.accessToken,
      `mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { endedSessions } }`,
      { input: { oldPassword, newPassword } },
    );
  assert.equal((await change("wrong", "a new long password")).code, "PYSGN");
  assert.equal((await change(PASSWORD, "password123")).code, "PYPWD");
  const fourth = (await signIn(person.email)).data.signIn.session;
  assert.equal((await change(PASSWORD, "a new long password")).data.changePassword.endedSessions, 1);
  assert.equal((await api.ask(fourth.accessToken, WHO_AM_I)).code, "PYTOK");
  assert.equal((await api.ask(first.accessToken, WHO_AM_I)).data.currentUser.id, person.userId);
  assert.equal((await signIn(person.email)).code, "PYSGN");
});
