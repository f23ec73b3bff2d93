import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../../../support/database.ts";
import { type Parley, parleyOn } from "./parley.ts";

let database: TestDatabase;
let parley: Parley;
before(async () => {
  database = await createTestDatabase();
  parley = parleyOn(database);
  for (const slug of ["bakery", "butcher"]) await parley.json(["tenant", "add", slug]);
  await parley.json(["user", "add", "boss@example.com", "--tenant", "bakery", "--role", "owner"]);
});
after(() => database.drop());

/** What the database says to an attempt. */
async function signIn(email: string, password: string, tenant = "bakery"): Promise<string> {
  const { rows } = await database.pool.query(
    "select outcome from app_hidden.sign_in($1, $2, $3, 'a test', '90 days')",
    [email, password, tenant],
  );
  return rows[0].outcome;
}

test("a user is added with a password from a flag, standard input or the environment, or a generated one", async () => {
  const add = (email: string, ...rest: string[]) => [
    "user",
    "add",
    email,
    "--tenant",
    "bakery",
    "--role",
    "agent",
    ...rest,
  ];
  const flag = await parley.json(add("flag@example.com", "--password", "from a flag", "--name", "Ms Flag"));
  assert.ok(!("password" in flag), "what was given is not printed back");
  await parley.json(add("stdin@example.com", "--password", "-"), { input: "from stdin, ä\n" });
  await parley.json(add("env@example.com"), { env: { PARLEY_PASSWORD: "from the environment" } });
  const made = await parley.json<{ password: string }>(add("made@example.com"));

  assert.equal(await signIn("flag@example.com", "from a flag"), "signed_in");
  assert.equal(await signIn("stdin@example.com", "from stdin, ä"), "signed_in");
  assert.equal(await signIn("env@example.com", "from the environment"), "signed_in");
  assert.equal(await signIn("made@example.com", made.password), "signed_in");

  const shown = await parley(add("shown@example.com"));
  const password = /^Password, shown this once: (\S+)$/m.exec(shown.stderr)?.[1] ?? "";
  assert.ok(!shown.stdout.includes(password), "not in what a script may log");
  assert.equal(await signIn("shown@example.com", password), "signed_in");
});

/** Accepts an invitation as the API does. */
async function accept(token: string, password: string): Promise<string> {
  const { rows } = await database.pool.query(
    "select outcome from app_hidden.accept_invitation($1, $2, null, 'a test', '90 days')",
    [token, password],
  );
  return rows[0].outcome;
}

test("an account that another tenant's admin made opens no second tenant with the password they know", async () => {
  const email = "zoe@example.com";
  const theirs = ["user", "add", email, "--tenant", "bakery", "--role", "viewer"];
  await parley.json([...theirs, "--password", "the admin knows it"]);
  const ours = [
    "user",
    "add",
    email.toUpperCase(),
    "--tenant",
    "butcher",
    "--role",
    "owner",
    "--name",
    "Zoe",
  ];
  const invited = await parley.json<{ invitation: { token: string } }>(ours);
  assert.equal(await signIn(email, "the admin knows it", "butcher"), "no_tenant");
  assert.equal(await accept("a guess", "the admin knows it"), "invalid");
  assert.equal(await accept(invited.invitation.token, "what Zoe would like"), "refused");

  await parley.json(["user", "set-password", email, "--password", "Zoe alone knows it"]);
  assert.equal(await accept(invited.invitation.token, "the admin knows it"), "refused");
  assert.equal(await accept(invited.invitation.token, "Zoe alone knows it"), "signed_in");
  assert.equal(await signIn(email, "Zoe alone knows it", "butcher"), "signed_in");
  assert.match(await parley.failure(ours), /already a member.*\(PYUSR\)$/);
});

test("a password that the operator gives replaces that of an account, and ends its sessions", async () => {
  const add = (tenant: string, ...rest: string[]) =>
    parley.json(["user", "add", "both@example.com", "--tenant", tenant, "--role", "agent", ...rest]);
  await add("bakery", "--password", "first password");
  assert.equal(await signIn("both@example.com", "first password"), "signed_in");
  const added = await add("butcher", "--password", "second password", "--name", "Both");
  assert.equal(added.isNew, false);
  assert.equal(await signIn("both@example.com", "first password", "butcher"), "refused");
  assert.equal(await signIn("both@example.com", "second password", "butcher"), "signed_in");
  const { rows } = await database.pool.query(
    `select u.name, count(*) filter (where s.revoked_at is null)::int as open
     from app_public.users u join app_private.sessions s on s.user_id = u.id
     where u.email = 'both@example.com' group by u.name`,
  );
  assert.deepEqual(rows, [{ name: "Both", open: 1 }]);
});

test("links are printed once, apart from what a script may log; with SMTP_URL a worker sends them", async () => {
  const invite = "user invite new@example.com --tenant bakery --role agent".split(" ");
  const own = {
    PUBLIC_URL: "https://parley.example.com",
    PASSWORD_RESET_URL: "https://app.example.com/#/{token}",
  };
  const smtp = { SMTP_URL: "smtp://127.0.0.1:1", SMTP_FROM: "Parley <parley@example.com>" };
  const shown = await parley(invite, { env: own });
  const link =
    /^Invitation, shown this once: https:\/\/parley\.example\.com\/account\/invitation\?token=(\S+)$/m;
  const token = link.exec(shown.stderr)?.[1] ?? "";
  assert.ok(token.length > 40 && !shown.stdout.includes(token));
  assert.equal(await signIn("new@example.com", "a password of my own"), "refused");
  assert.equal(await accept(token, "a password of my own"), "signed_in");
  assert.equal(await accept(token, "a password of my own"), "invalid", "once");

  const reset = ["user", "reset-password", "NEW@example.com"];
  const printed = await parley(reset, { env: own });
  const secret =
    /^Link, shown this once: https:\/\/app\.example\.com\/#\/(\S+)$/m.exec(printed.stderr)?.[1] ?? "";
  assert.ok(secret.length > 40 && !printed.stdout.includes(secret));
  assert.match(await parley.failure(["user", "reset-password", "nobody@example.com"]), /\(PYNFD\)$/);
  const { rows } = await database.pool.query(
    "select * from app_hidden.reset_password($1, 'another long password')",
    [secret],
  );
  assert.deepEqual(rows, [{ outcome: "changed", ended_sessions: 1 }]);

  const jobs = async () => {
    const { rows } = await database.pool.query(
      "select task_identifier as task from graphile_worker.jobs order by id",
    );
    return rows.map(({ task }) => task);
  };
  assert.deepEqual(await jobs(), []);
  const other = invite.with(2, "other@example.com");
  assert.ok(!("link" in (await parley.json<{ invitation: object }>(other, { env: smtp })).invitation));
  assert.deepEqual(await parley.json(reset, { env: smtp }), { email: "NEW@example.com" });
  assert.deepEqual(await jobs(), ["mail_invitation", "mail_password_reset"]);
  assert.ok("link" in (await parley.json([...reset, "--print-link"], { env: smtp })));
});

test("the operator removes the codes of a user who has lost them", async () => {
  const remove = ["user", "remove-totp", "boss@example.com"];
  assert.deepEqual(await parley.json(remove), { email: "boss@example.com", isRemoved: false });
  await database.pool.query(
    `insert into app_private.totp_secrets (user_id, secret, confirmed_at)
     select id, 'x', now() from app_public.users where email = 'boss@example.com'`,
  );
  assert.deepEqual(await parley.json(remove), { email: "boss@example.com", isRemoved: true });
  const { rows } = await database.pool.query(
    "select operation, actor from app_public.audit_entries where table_name = 'totp_secrets' order by id desc limit 1",
  );
  assert.deepEqual(rows, [{ operation: "DELETE", actor: "operator" }]);
});

test("roles, passwords and access change at once", async () => {
  await parley.json(["user", "add", "ann@example.com", "--tenant", "bakery", "--role", "viewer"]);
  await parley.json(["user", "set-role", "ann@example.com", "admin", "--tenant", "bakery"]);
  const { password } = await parley.json<{ password: string }>(["user", "set-password", "ann@example.com"]);
  assert.equal(await signIn("ann@example.com", password), "signed_in");

  await parley.json(["user", "deactivate", "ann@example.com", "--tenant", "bakery"]);
  assert.equal(await signIn("ann@example.com", password), "no_tenant");
  await parley.json(["user", "activate", "ann@example.com", "--tenant", "bakery"]);
  assert.equal(await signIn("ann@example.com", password), "signed_in");
  await parley.json(["user", "deactivate", "ann@example.com"]);
  assert.equal(await signIn("ann@example.com", password), "refused");
  await parley.json(["user", "activate", "ann@example.com"]);

  const people = await parley.json<{ email: string; role: string; tenant: string }[]>([
    "user",
    "list",
    "--tenant",
    "bakery",
  ]);
  assert.equal(people.find(({ email }) => email === "ann@example.com")?.role, "admin");
  assert.ok(people.every(({ tenant }) => tenant === "bakery"));
});

test("the last owner stays, whatever one tries", async () => {
  const tries = [
    ["user", "remove", "boss@example.com", "--tenant", "bakery"],
    ["user", "deactivate", "boss@example.com", "--tenant", "bakery"],
    ["user", "deactivate", "boss@example.com"],
    ["user", "set-role", "boss@example.com", "agent", "--tenant", "bakery"],
  ];
  for (const args of tries) assert.match(await parley.failure(args), /\(PYOWN\)$/, args.join(" "));
});

test("a user who is removed from their last tenant is deleted; otherwise not", async () => {
  await parley.json(["user", "add", "gone@example.com", "--tenant", "bakery", "--role", "agent"]);
  await parley.json([
    ...["user", "add", "gone@example.com", "--tenant", "butcher", "--role", "agent"],
    ...["--password", "another password"],
  ]);
  const first = await parley.json(["user", "remove", "gone@example.com", "--tenant", "butcher"]);
  assert.equal(first.isDeleted, false);
  assert.match(
    await parley.failure(["user", "remove", "gone@example.com", "--tenant", "butcher"]),
    /\(PYNFD\)$/,
  );
  const last = await parley.json(["user", "remove", "gone@example.com", "--tenant", "bakery"]);
  assert.equal(last.isDeleted, true);
  assert.match(
    await parley.failure(["user", "remove", "gone@example.com", "--tenant", "bakery"]),
    /\(PYNFD\)$/,
  );
});

test("invalid arguments are refused with a code, and change nothing", async () => {
  const count = async () =>
    (await database.pool.query("select count(*)::int from app_public.users")).rows[0].count;
  const before = await count();
  const add = (email: string, ...rest: string[]) => [
    "user",
    "add",
    email,
    "--tenant",
    "bakery",
    "--role",
    "agent",
    ...rest,
  ];
  const bad: [args: string[], expected: RegExp, input?: string][] = [
    [add("no address"), /"email" of users must be a valid address \(PYCON\)$/],
    [add(`${"a".repeat(300)}@example.com`), /\(PYCON\)$/],
    [add("short@example.com", "--password", "short"), /\(PYPWD\)$/],
    [add("long@example.com", "--password", "long password ".repeat(6)), /72 bytes.*\(PYPWD\)$/],
    [add("common@example.com", "--password", "Password123!"), /common password.*\(PYPWD\)$/],
    [
      add("huge@example.com", "--password", "-"),
      /longer than 4096 characters \(PYREQ\)$/,
      "x".repeat(5_000_000),
    ],
    [add("nul@example.com", "--password", "-"), /control characters.*\(PYREQ\)$/, "with a \0 inside"],
    [add("none@example.com", "--password", "-"), /--password is empty \(PYREQ\)$/, ""],
    [add("empty@example.com", "--name", ""), /\(PYCON\)$/],
    [
      ["user", "add", "x@example.com", "--tenant", "nobody's", "--role", "agent"],
      /There is no tenant.*\(PYNFD\)$/,
    ],
    [["user", "list", "--tenant", "' or true --"], /\(PYNFD\)$/],
    [["user", "set-password", "nobody@example.com"], /There is no user.*\(PYNFD\)$/],
    [["user", "set-role", "nobody@example.com", "agent", "--tenant", "bakery"], /\(PYNFD\)$/],
  ];
  await Promise.all(
    bad.map(async ([args, expected, input = ""]) =>
      assert.match(await parley.failure(args, { input }), expected),
    ),
  );
  const role = await parley(["user", "add", "x@example.com", "--tenant", "bakery", "--role", "king"]);
  assert.match(role.stderr, /^error: option '--role <role>' argument 'king' is invalid/);
  assert.equal(await count(), before);
});

test("locks of failed sign-ins are lifted", async () => {
  await parley(["user", "add", "locked@example.com", "--tenant", "bakery", "--role", "agent"]);
  await database.pool.query(
    `insert into app_private.sign_in_failures (email, source, failures, locked_until)
     values ('locked@example.com', '203.0.113.1', 9, now() + interval '1 hour'), ('else@example.com', '203.0.113.1', 9, null)`,
  );
  assert.deepEqual(await parley.json(["user", "unlock", "Locked@example.com"]), {
    email: "Locked@example.com",
    locks: 1,
  });
  const { rows } = await database.pool.query("select email from app_private.sign_in_failures");
  assert.deepEqual(rows, [{ email: "else@example.com" }]);
  assert.match((await parley(["user", "unlock", "nobody@example.com"])).stderr, /PYNFD/);
});

test("audit entries name the operator", async () => {
  await parley.json(["user", "add", "traced@example.com", "--tenant", "bakery", "--role", "agent"]);
  await parley.json(["user", "set-role", "traced@example.com", "viewer", "--tenant", "bakery"]);
  await parley.json(["user", "set-password", "traced@example.com"]);
  const { rows } = await database.pool.query(
    `select e.table_name, e.operation from app_public.audit_entries e
     join app_public.tenants t on t.id = e.tenant_id
     where t.slug = 'bakery' and e.actor = 'operator'
     and e.row_id = (select u.id from app_public.users u where u.email = 'traced@example.com')
     order by e.id`,
  );
  assert.deepEqual(
    rows.map(({ table_name, operation }) => `${operation} ${table_name}`),
    ["INSERT memberships", "UPDATE memberships", "UPDATE user_secrets"],
  );
});
