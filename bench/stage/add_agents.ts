import jwt from "jsonwebtoken";
import type { Bench } from "../bench.ts";

/** Agents with a session each; their access tokens. */
export async function addAgents(
  { postgres, program }: Bench,
  tenantId: string,
  count: number,
): Promise<string[]> {
  const { rows } = await postgres.watcher.query<{ user: string; session: string }>(
    `with person as (
       insert into app_public.users (email, name)
       select 'agent' || n || '@' || $1::uuid || '.example.com', 'Agent ' || n from generate_series(1, $2::int) n
       returning id
     ),
     membership as (
       insert into app_public.memberships (tenant_id, user_id, role) select $1::uuid, id, 'agent' from person returning user_id
     )
     select user_id as user, gen_random_uuid() as session from membership`,
    [tenantId, count],
  );
  await postgres.watcher.query(
    `insert into app_private.sessions (id, tenant_id, user_id, expires_at)
     select session, $1, "user", now() + interval '1 day' from unnest($2::uuid[], $3::uuid[]) as s (session, "user")`,
    [tenantId, rows.map(({ session }) => session), rows.map(({ user }) => user)],
  );
  return rows.map(({ user, session }) =>
    jwt.sign({ user, tenant: tenantId, session }, program.jwtSecret, {
      algorithm: "HS256",
      issuer: "parley",
      audience: "parley",
      expiresIn: "1h",
    }),
  );
}
