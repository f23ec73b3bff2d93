import type pg from "pg";
import { ParleyError } from "../../base/errors.ts";
import { inTransaction } from "../../database/pipeline.ts";
import type { SourceOf } from "../../http/client_source.ts";
import type { AuthorizeUpload } from "../../http/media/upload.ts";
import type { Authenticator } from "./authenticate.ts";
import { databaseSettings } from "./visitor.ts";

/** @param pool connections as the authenticator */
export function createUploadAuthorizer(
  pool: pg.Pool,
  authenticator: Pick<Authenticator, "authenticate">,
  sourceOf: SourceOf,
  statementTimeoutMs: number,
): AuthorizeUpload {
  return async (request) => {
    const visitor = await authenticator.authenticate(request.headers.authorization, sourceOf(request));
    if (!visitor)
      throw new ParleyError("PYTOK", "`authorization` must be `Bearer <access token or API key>`");
    const { tenantId, credentialId } = visitor;
    const settings = JSON.stringify(Object.entries(databaseSettings(visitor, statementTimeoutMs, undefined)));
    return {
      tenantId,
      userId: visitor.kind === "user" ? visitor.userId : null,
      credentialId,
      sizeLimit: (type) =>
        inTransaction(pool, async (client) => {
          const settingsApplied = client.query(
            "select set_config(s ->> 0, s ->> 1, true) from json_array_elements($1::json) s",
            [settings],
          );
          settingsApplied.catch(() => {});
          const { rows } = await client.query<{ bytes: number | null }>(
            `select app_hidden.require_scope('send'), (
               select max(l.max_size) from app_public.media_limits l
               where $1::text is null or l.message_type::text = $1
             ) as bytes`,
            [type],
          );
          await settingsApplied;
          return rows[0]?.bytes ?? 0;
        }),
    };
  };
}
