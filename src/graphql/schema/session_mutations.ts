import { z } from "zod";
import type { Sessions } from "../auth/sessions.ts";
import type { MemberRole } from "../auth/visitor.ts";
import { graphqlTypes, instant, type, uuid } from "./graphql_types.ts";
import { type ServerMutation, serverMutation } from "./server_mutation.ts";

/** Signing in and refreshing sessions, which needs more than a caller's rights. signOut is a SQL function. */
export function sessionMutations(sessions: Sessions): ServerMutation[] {
  return [signIn(sessions), switchTenant(sessions), refreshSession(sessions), acceptInvitation(sessions)];
}

const Session = type(
  "Session",
  "A sign-in, as its client holds it. It lasts until 30 days after it was last refreshed, and 90 days (SESSION_DAYS) in all.",
  {
    accessToken: z
      .string()
      .describe(
        "Sent with every request: `Authorization: Bearer …`, or a WebSocket's connection parameter `authorization`.",
      ),
    accessTokenExpiresAt: instant().describe("When the access token ends; refresh the session before."),
    refreshToken: z.string().describe("For refreshSession. Keep it safe."),
    userId: uuid(),
    tenantId: uuid(),
  },
);

function code() {
  return z
    .string()
    .optional()
    .describe(
      "A code of the user's authenticator app, or a recovery code; required after confirmTotp (PYCOD).",
    );
}

const TenantChoice = type("TenantChoice", "A tenant that a user may sign in to.", {
  id: uuid(),
  name: z.string().describe("The name of the tenant."),
  slug: z.string().describe("The short name, with which signIn names the tenant."),
  role: z.custom<MemberRole>().register(graphqlTypes, { name: "MemberRole" }),
});

function signIn(sessions: Sessions): ServerMutation {
  return serverMutation({
    name: "signIn",
    about:
      "Opens a session. A user who belongs to several tenants and names none gets no session, but the list of these " +
      "tenants: choose one, and sign in again.",
    errors: {
      PYSGN:
        "the address or the password is wrong, or there were too many attempts; which of them is not disclosed",
      PYCOD: "the user signs in with codes, and the code is missing, wrong or was used already",
      PYTEN: "you are not a member of that tenant, or of any",
    },
    requires: "anyone",
    input: {
      email: z.string().describe("The address of the account."),
      password: z.string().describe("The password of the account."),
      tenant: z
        .string()
        .optional()
        .describe("The tenant's slug or id; needed only by those who belong to several."),
      code: code(),
    },
    payload: {
      session: Session.nullable().describe("Null if a tenant has to be chosen."),
      tenants: z
        .array(TenantChoice)
        .describe("The tenants to choose from, by name; empty if there is a session."),
    },
    run: async ({ input, origin }) => ({ tenants: [], ...(await sessions.signIn(input, origin)) }),
  });
}

function switchTenant(sessions: Sessions): ServerMutation {
  return serverMutation({
    name: "switchTenant",
    about:
      "Opens a session in another tenant of the user, without the password. The session of the refresh token stays " +
      "open, and its tokens stay valid: signOut ends it. myTenants lists the tenants.",
    errors: {
      PYREF: "the token is unknown, used, expired or revoked",
      PYTEN: "you are not a member of that tenant",
      PYUNA: "too many refresh tokens are being used at once",
    },
    requires: "anyone",
    input: {
      refreshToken: z.string().describe("Of an open session of the user in any tenant."),
      tenant: z.string().describe("The tenant's slug or id."),
    },
    payload: { session: Session },
    run: async ({ input, origin }) => ({ session: await sessions.switchTenant(input, origin) }),
  });
}

function refreshSession(sessions: Sessions): ServerMutation {
  return serverMutation({
    name: "refreshSession",
    about:
      "Exchanges a refresh token for an access token and the next refresh token. Within 30 seconds the same token is " +
      "answered with the same next one, so that two tabs or a lost answer do no harm. Later, or when it is older than " +
      "that, two clients have it, and the session ends.",
    errors: {
      PYREF: "the token is unknown, used, expired or revoked",
      PYUNA: "too many refresh tokens are being used at once",
    },
    requires: "anyone",
    input: { refreshToken: z.string().describe("The current refresh token of the session.") },
    payload: { session: Session },
    run: async ({ input, origin }) => ({ session: await sessions.refresh(input.refreshToken, origin) }),
  });
}

function acceptInvitation(sessions: Sessions): ServerMutation {
  return serverMutation({
    name: "acceptInvitation",
    about: "Makes the holder of an invitation's token a member of the tenant, and opens a session there.",
    errors: {
      PYINV: "the token is unknown, used, expired or void",
      PYPWD: "the password of the new account is too short, too long or too common",
      PYSGN: "the address has an account, and this is not its password, or there were too many attempts",
      PYCOD: "the user signs in with codes, and the code is missing, wrong or was used already",
    },
    requires: "anyone",
    input: {
      token: z.string().describe("The token that inviteUser returned, or that is in the link that was sent."),
      password: z
        .string()
        .describe(
          "The account's own, where the invited address has an account; otherwise that of the new account: 8 characters to 72 bytes.",
        ),
      name: z.string().optional().describe("The name of a new account; defaults to the invitation's name."),
      code: code(),
    },
    payload: { session: Session },
    run: async ({ input, origin }) => ({ session: await sessions.acceptInvitation(input, origin) }),
  });
}
