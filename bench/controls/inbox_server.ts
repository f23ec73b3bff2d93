import type { AddressInfo } from "node:net";
import express from "express";
import jwt from "jsonwebtoken";
import pg from "pg";
import { takeJobs } from "../world/job.ts";

/** `databaseUrl` of a login that may become `parley_visitor`. */
export type InboxRequest = { databaseUrl: string; jwtSecret: string };

const INBOX = `
  select json_build_object('data', json_build_object('conversations', json_build_object('nodes', coalesce(json_agg(
    json_build_object(
      'id', c.id,
      'status', c.status,
      'unreadCount', c.unread_count,
      'lastMessageAt', c.last_message_at,
      'contact', json_build_object('id', p.id, 'name', p.name, 'profileName', p.profile_name, 'phone', p.phone),
      'lastMessage', case when m.id is not null then json_build_object(
        'id', m.id, 'direction', m.direction, 'type', m.type, 'content', m.content, 'preview', m.preview,
        'occurredAt', m.occurred_at) end
    ) order by c.last_activity_at desc, c.id desc), '[]'))))::text as body
  from (
    select * from app_public.conversations order by last_activity_at desc, id desc limit 20
  ) c
  join app_public.contacts p on p.tenant_id = c.tenant_id and p.id = c.contact_id
  left join app_public.messages m on m.tenant_id = c.tenant_id and m.id = c.last_message_id`;

/** What one would write by hand for the inbox: Express, pg, one statement, the same rights (row level security). */
takeJobs(async ({ databaseUrl, jwtSecret }: InboxRequest): Promise<number> => {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
  const app = express();
  app.disable("x-powered-by");
  app.use(express.json());
  app.post("/inbox", async (request, response) => {
    const token = request.headers.authorization?.slice("Bearer ".length) ?? "";
    const claims = jwt.verify(token, jwtSecret, { algorithms: ["HS256"] }) as Record<string, string>;
    const client = await pool.connect();
    try {
      await client.query("begin");
      await client.query({
        name: "become",
        text: `select set_config('role', 'parley_visitor', true), set_config('parley.user_id', $1, true),
          set_config('parley.tenant_id', $2, true), set_config('parley.session_id', $3, true)`,
        values: [claims.user, claims.tenant, claims.session],
      });
      const { rows } = await client.query({ name: "inbox", text: INBOX });
      await client.query("commit");
      response.type("json").send(rows[0].body);
    } finally {
      client.release();
    }
  });
  return new Promise((resolve) => {
    const server = app.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
});
