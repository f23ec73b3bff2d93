import { type PgClient, sideEffectWithPgClient } from "postgraphile/@dataplan/pg";
import { access, object, type Step } from "postgraphile/grafast";
import { extendSchema, gql } from "postgraphile/utils";
import { ParleyError } from "../../base/errors.ts";
import { sealDataSourceToken } from "../../secrets/data_source_token.ts";
import { sealGoogleToken } from "../../secrets/google_account.ts";
import type { KeyRing } from "../../secrets/key_ring.ts";
import { rowId } from "./row_id.ts";

/** What chatbots ask others with: sealed here, as the channels' secrets are. Taken back by functions of the database. */
export function credentialMutations(ring: KeyRing): GraphileConfig.Plugin {
  const setDataSourceToken = async (client: PgClient, input: SetTokenInput) => {
    const dataSourceId = await rowId(client, input.dataSourceId);
    const envelope = sealDataSourceToken(dataSourceId, credential(input.token, "token"), ring);
    await client.query({
      text: "select id from app_hidden.set_data_source_token($1, $2)",
      values: [dataSourceId, envelope],
    });
    return { dataSourceId };
  };

  const connectGoogleCalendar = async (client: PgClient, input: ConnectInput) => {
    const { rows } = await client.query<{ tenant_id: string; user_id: string }>({
      text: "select app_hidden.current_tenant_id() as tenant_id, coalesce($1::uuid, app_hidden.current_user_id()) as user_id",
      values: [input.userId ?? null],
    });
    const { tenant_id, user_id } = rows[0]!;
    const sealed = (column: "access_token" | "refresh_token", token: string | null | undefined) =>
      token == null ? null : sealGoogleToken({ tenant_id, user_id }, column, credential(token, column), ring);
    const account = {
      user_id,
      email: input.email,
      access_token: sealed("access_token", input.accessToken),
      refresh_token: sealed("refresh_token", input.refreshToken),
      access_token_expires_at: input.accessTokenExpiresAt,
    };
    await client.query({
      text: "select user_id from app_hidden.set_google_account($1)",
      values: [JSON.stringify(account)],
    });
    return { tenantId: tenant_id, userId: user_id };
  };

  return extendSchema((build) => {
    const { data_sources: dataSources, google_accounts: googleAccounts } = build.input.pgRegistry.pgResources;
    if (!dataSources || !googleAccounts) throw new Error("the schema has no data sources, or no accounts");
    const { executor } = dataSources;
    const doing =
      <T>(work: (client: PgClient, input: T) => Promise<object>) =>
      (_$root: Step, args: { getRaw(path: string | string[]): Step }) =>
        object({
          clientMutationId: args.getRaw(["input", "clientMutationId"]),
          result: sideEffectWithPgClient(executor, args.getRaw("input") as Step<T>, work),
        });
    const result = ($object: Step, name: string) => access<string>($object, ["result", name]);

    return {
      typeDefs: gql`
        extend type Mutation {
          "Gives a data source its token, which is sealed and never shown again. The data source is active from then on. PYNFD, PYDEN: admins only. PYREQ: it is no token."
          setDataSourceToken(input: SetDataSourceTokenInput!): SetDataSourceTokenPayload

          "Connects a member's Google account for google_calendar nodes, or connects it anew. The tokens are sealed, and never shown again. PYNFD: no such member. PYDEN: admins only. PYREQ: it is no token."
          connectGoogleCalendar(input: ConnectGoogleCalendarInput!): ConnectGoogleCalendarPayload
        }

        input SetDataSourceTokenInput {
          clientMutationId: String
          dataSourceId: UUID!
          "As authType says: a bearer token, an API key, or \`user:password\` for basic."
          token: String!
        }

        input ConnectGoogleCalendarInput {
          clientMutationId: String
          "Whose account it is; defaults to the caller's."
          userId: UUID
          "The account's address: nodes may name the calendar by it."
          email: String
          "Of the OAuth client that GOOGLE_CLIENT_ID names, with a calendar scope."
          accessToken: String!
          "Renews the access token. Without it, and the former one, the calendar is out of reach once the access token ends."
          refreshToken: String
          accessTokenExpiresAt: Datetime
        }

        type SetDataSourceTokenPayload {
          clientMutationId: String
          dataSource: DataSource
        }

        type ConnectGoogleCalendarPayload {
          clientMutationId: String
          googleAccount: GoogleAccount
        }
      `,
      objects: {
        Mutation: {
          plans: {
            setDataSourceToken: doing(setDataSourceToken),
            connectGoogleCalendar: doing(connectGoogleCalendar),
          },
        },
        SetDataSourceTokenPayload: {
          plans: { dataSource: ($object: Step) => dataSources.get({ id: result($object, "dataSourceId") }) },
        },
        ConnectGoogleCalendarPayload: {
          plans: {
            googleAccount: ($object: Step) =>
              googleAccounts.get({
                tenant_id: result($object, "tenantId"),
                user_id: result($object, "userId"),
              }),
          },
        },
      },
    };
  }, "ParleyCredentialMutations");
}

type SetTokenInput = { dataSourceId: string; token: string };
type ConnectInput = {
  userId?: string | null;
  email?: string | null;
  accessToken: string;
  refreshToken?: string | null;
  accessTokenExpiresAt?: string | null;
};

/** It is to stand in a header: printable, and of a size that a server takes. The error does not quote it. */
function credential(text: string, name: string): string {
  if (!/^[\x20-\x7e]{1,8192}$/.test(text) || text.trim() !== text)
    throw new ParleyError(
      "PYREQ",
      `${name} is no token: 1 to 8192 printable ASCII characters, no spaces around`,
    );
  return text;
}
