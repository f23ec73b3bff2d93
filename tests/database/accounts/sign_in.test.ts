import assert from "node:assert/strict";
import { aPerson, aWorkspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";
import { aPersonWithPassword, PASSWORD, signIn } from "./sign_in.ts";

const story = stories();

story(
  "the right password opens a session in the person's only tenant, whatever the case of the address",
  async (db) => {
    const { tenantId, userId, email } = await aPersonWithPassword(db);
    const session = await signIn(db, email.toUpperCase(), PASSWORD);
    assert.equal(session.outcome, "signed_in");
    assert.equal(session.user_id, userId);
    assert.equal(session.tenant_id, tenantId);
    const { rows } = await db.query("select last_login_at from app_public.users where id = $1", [userId]);
    assert.notEqual(rows[0].last_login_at, null);
  },
);

story(
  "a person who belongs to several tenants gets their list and must name one, by slug or id",
  async (db) => {
    const { email, userId, tenantId, slug } = await aPersonWithPassword(db);
    const other = await aWorkspace(db);
    const [left, closed] = [await aWorkspace(db), await aWorkspace(db)];
    await db.query(
      `insert into app_public.memberships (tenant_id, user_id, is_active)
     select id, $2, id <> $3 from unnest($1::uuid[]) id`,
      [[other.tenantId, left.tenantId, closed.tenantId], userId, left.tenantId],
    );
    await db.query("update app_public.tenants set status = 'inactive' where id = $1", [closed.tenantId]);
    const { outcome, session_id, tenants } = await signIn(db, email, PASSWORD);
    assert.equal(outcome, "many_tenants");
    assert.equal(session_id, null);
    assert.deepEqual(
      tenants,
      [
        { id: tenantId, name: slug, slug, role: "owner" },
        { id: other.tenantId, name: other.slug, slug: other.slug, role: "agent" },
      ].sort((a, b) => (a.name < b.name ? -1 : 1)),
    );
    for (const tenant of [left.slug, closed.slug])
      assert.equal((await signIn(db, email, PASSWORD, tenant)).outcome, "no_tenant");
    assert.equal((await signIn(db, email, "wrong")).tenants, null, "only for the right password");
    assert.equal((await signIn(db, email, PASSWORD, slug)).tenant_id, tenantId);
    assert.equal((await signIn(db, email, PASSWORD, other.tenantId)).tenant_id, other.tenantId);
    assert.equal((await signIn(db, email, PASSWORD, "somebody-elses")).outcome, "no_tenant");
  },
);

story(
  "wrong password, unknown address, deactivated person, person without a password: all are refused alike",
  async (db) => {
    const { email, tenantId } = await aPersonWithPassword(db);
    const deactivated = await aPersonWithPassword(db);
    await aPerson(db, deactivated.tenantId, "owner");
    await db.query("update app_public.users set is_active = false where id = $1", [deactivated.userId]);
    const withoutPassword = await aPerson(db, tenantId, "agent");
    const refused = {
      outcome: "refused",
      session_id: null,
      user_id: null,
      tenant_id: null,
      generation: null,
      expires_at: null,
      tenants: null,
    };
    assert.deepEqual(await signIn(db, email, "wrong password"), refused);
    assert.deepEqual(await signIn(db, "nobody@example.com", PASSWORD), refused);
    assert.deepEqual(await signIn(db, deactivated.email, PASSWORD), refused);
    assert.deepEqual(await signIn(db, withoutPassword.email, PASSWORD), refused);
    const { rows } = await db.query("select failures from app_private.sign_in_failures");
    assert.deepEqual(
      rows.map(({ failures }) => failures),
      [1, 1, 1, 1],
    );
  },
);

story("an unknown address takes as long to refuse as a wrong password", async (db) => {
  const { email } = await aPersonWithPassword(db, { cost: 10 });
  const timed = async (address: string) => {
    const started = performance.now();
    await signIn(db, address, "wrong password");
    return performance.now() - started;
  };
  const known: number[] = [];
  const unknown: number[] = [];
  for (let round = 0; round < 4; round++) {
    known.push(await timed(email));
    unknown.push(await timed(`nobody-${round}@example.com`));
  }
  // Without a hash to compute it would be fifty times as fast; the machine may be busy.
  assert.ok(Math.min(...unknown) > Math.min(...known) / 4, `known ${known} ms, unknown ${unknown} ms`);
});

story("signing in is refused for a closed tenant and for a former member", async (db) => {
  const { email, tenantId, userId } = await aPersonWithPassword(db);
  await db.query("update app_public.tenants set status = 'inactive' where id = $1", [tenantId]);
  assert.equal((await signIn(db, email, PASSWORD)).outcome, "no_tenant");
  await db.query("update app_public.tenants set status = 'active' where id = $1", [tenantId]);
  await aPerson(db, tenantId, "owner");
  await db.query("update app_public.memberships set is_active = false where user_id = $1", [userId]);
  assert.equal((await signIn(db, email, PASSWORD)).outcome, "no_tenant");
});

story("the API's login may sign people in, and the visitor may not", async (db) => {
  const { email } = await aPersonWithPassword(db);
  await db.query("set local role parley_authenticator");
  assert.equal((await signIn(db, email, PASSWORD)).outcome, "signed_in");
  await db.query("set local role parley_visitor");
  assert.equal(await refusal(db, () => signIn(db, email, PASSWORD)), "42501");
});

story("a session remembers what the client called itself, cut to a reasonable length", async (db) => {
  const { email } = await aPersonWithPassword(db);
  const { rows } = await db.query(
    "select session_id from app_hidden.sign_in($1, $2, null, repeat('x', 5000), '90 days')",
    [email, PASSWORD],
  );
  const session = await db.query("select user_agent from app_private.sessions where id = $1", [
    rows[0].session_id,
  ]);
  assert.equal(session.rows[0].user_agent.length, 300);
});

story("a password that continues beyond 72 bytes is wrong, whatever its beginning", async (db) => {
  const { email, userId } = await aPersonWithPassword(db);
  const longest = "correct horse battery staple ".repeat(3).slice(0, 72);
  await db.query("select app_private.set_password($1, $2)", [userId, longest]);
  assert.equal((await signIn(db, email, `${longest}!`)).outcome, "refused");
  assert.equal((await signIn(db, email, longest)).outcome, "signed_in");
});
