import type pg from "pg";
import { aPerson, aWorkspace, type Person, type Role } from "../../support/people.ts";

type Queryable = Pick<pg.ClientBase, "query">;

export const PASSWORD = "a long enough password";

/** A member of a tenant of their own, who can sign in. The hash is a cheap one, unless it is the time that matters. */
export async function aPersonWithPassword(
  db: Queryable,
  { role = "owner", cost = 4 }: { role?: Role; cost?: number } = {},
): Promise<Person & { slug: string }> {
  const workspace = await aWorkspace(db);
  const person = await aPerson(db, workspace.tenantId, role);
  await db.query(
    `update app_private.user_secrets set password_hash = app_private.crypt($2, app_private.gen_salt('bf', $3))
     where user_id = $1`,
    [person.userId, PASSWORD, cost],
  );
  return { ...person, slug: workspace.slug };
}

export async function signIn(db: Queryable, email: string, password: string, tenant: string | null = null) {
  const { rows } = await db.query("select * from app_hidden.sign_in($1, $2, $3, 'a test', '90 days')", [
    email,
    password,
    tenant,
  ]);
  return rows[0] as {
    session_id: string;
    user_id: string;
    tenant_id: string;
    outcome: string;
    tenants: { id: string; name: string; slug: string; role: Role }[] | null;
  };
}
