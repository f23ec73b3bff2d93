import type pg from "pg";
import { ParleyError } from "../../base/errors.ts";
import { inTransaction } from "../../database/pipeline.ts";
import type { Authorize } from "../../http/caller.ts";
import type { SourceOf } from "../../http/client_source.ts";
import type { Authenticator } from "./authenticate.ts";
import { databaseSettings } from "./visitor.ts";

/** @param pool connections as the authenticator */
export function createAuthorizer(
  pool: pg.Pool,
  authenticator: Pick<Authenticator, "authenticate">,
  sourceOf: SourceOf,
  statementTimeoutMs: number,
): Authorize {
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
      inTransaction: (work) =>
        inTransaction(pool, async (client) => {
          // The work's first statement shares its round trip; if it fails, so does that statement.
          const settingsApplied = client.query(
            "select set_config(s ->> 0, s ->> 1, true) from json_array_elements($1::json) s",
            [settings],
          );
          settingsApplied.catch(() => {});
          const result = await work(client);
          await settingsApplied;
          return result;
        }),
    };
  };
}
