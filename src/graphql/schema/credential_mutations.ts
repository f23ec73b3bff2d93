import { z } from "zod";
import { sealDataSourceToken } from "../../secrets/data_source_token.ts";
import { sealGoogleToken } from "../../secrets/google_account.ts";
import type { KeyRing } from "../../secrets/key_ring.ts";
import { instant, row, secret, uuid } from "./graphql_types.ts";
import { type ServerMutation, serverMutation } from "./server_mutation.ts";

/** Credentials that chatbots call others with: sealed here, as channels' secrets are. SQL functions remove them. */
export function credentialMutations(ring: KeyRing): ServerMutation[] {
  return [setDataSourceToken(ring), connectGoogleCalendar(ring)];
}

function setDataSourceToken(ring: KeyRing): ServerMutation {
  return serverMutation({
    name: "setDataSourceToken",
    requires: "manage_all",
    about:
      "Sets a data source's token, which is sealed and never shown again, and activates the data source.",
    errors: {
      PYREQ: "the token is not valid",
      PYNFD: "there is no such data source",
      PYDEN: "the caller is not an admin",
    },
    input: {
      dataSourceId: uuid(),
      token: secret().describe(
        "As authType says: a bearer token, an API key, or `user:password` for basic authentication.",
      ),
    },
    payload: { dataSource: row("data_sources") },
    run: ({ input: { dataSourceId, token }, asCaller }) => {
      const envelope = sealDataSourceToken(dataSourceId, token, ring);
      return asCaller(async (db) => {
        await db.query("select from app_hidden.set_data_source_token($1, $2)", [dataSourceId, envelope]);
        return { dataSource: { id: dataSourceId } };
      });
    },
  });
}

function connectGoogleCalendar(ring: KeyRing): ServerMutation {
  return serverMutation({
    name: "connectGoogleCalendar",
    requires: "manage_all",
    about:
      "Connects a member's Google account for google_calendar nodes, or replaces its tokens. They are encrypted, and " +
      "never shown again.",
    errors: {
      PYREQ: "a token is not valid",
      PYNFD: "there is no such member",
      PYKEY: "an API key must name the member",
      PYDEN: "the caller is not an admin",
    },
    input: {
      userId: uuid().optional().describe("The member; defaults to the caller."),
      email: z.string().optional().describe("The account's address: nodes may name the calendar by it."),
      accessToken: secret().describe(
        "Of the OAuth client that GOOGLE_CLIENT_ID names, with a calendar scope.",
      ),
      refreshToken: secret()
        .optional()
        .describe(
          "Renews the access token; defaults to the stored one. Without one, the calendar cannot be reached " +
            "after the access token has expired.",
        ),
      accessTokenExpiresAt: instant().optional().describe("When the access token ends."),
    },
    payload: { googleAccount: row("google_accounts", ["tenant_id", "user_id"]) },
    run: ({ input, asCaller }) =>
      asCaller(async (db) => {
        const { rows } = await db.query<{ tenant_id: string; user_id: string }>(
          `select
             app_hidden.current_tenant_id() as tenant_id,
             coalesce($1::uuid, app_hidden.require_user()) as user_id`,
          [input.userId],
        );
        const owner = rows[0]!;
        const account = {
          user_id: owner.user_id,
          email: input.email,
          access_token: sealGoogleToken(owner, "access_token", input.accessToken, ring),
          refresh_token:
            input.refreshToken && sealGoogleToken(owner, "refresh_token", input.refreshToken, ring),
          access_token_expires_at: input.accessTokenExpiresAt,
        };
        await db.query("select from app_hidden.set_google_account($1)", [JSON.stringify(account)]);
        return { googleAccount: owner };
      }),
  });
}
