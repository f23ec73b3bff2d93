import { context, list, object, type Step, sideEffect } from "postgraphile/grafast";
import { extendSchema, gql } from "postgraphile/utils";
import type { Acceptance, Credentials, PasswordChange, Sessions } from "../auth/sessions.ts";

/** Signing in and staying so. signOut and currentUser are functions of the database. */
export function sessionMutations(sessions: Sessions): GraphileConfig.Plugin {
  return extendSchema(
    {
      typeDefs: gql`
        extend type Mutation {
          """
          Opens a session. PYSGN: wrong address or password, or too many attempts: which of them is not told.
          PYTEN: you belong to no such tenant, or to several and named none.
          """
          signIn(input: SignInInput!): SignInPayload

          """
          Exchanges a refresh token for an access token and the next refresh token. Within 30 seconds the same token is
          answered with the same next one, so that two tabs or a lost answer do no harm. Later, or when it is older than
          that, it is in two hands and ends its session. PYREF: it is unknown, used, expired or revoked.
          """
          refreshSession(input: RefreshSessionInput!): RefreshSessionPayload

          """
          Makes the person an invitation's token was handed to a member of its tenant, and opens a session there. PYINV:
          the token is unknown, used, expired or void. PYPWD: the password of the new account is too short, too long or
          too common. PYSGN: the address has an account, and this is not its password, or there were too many attempts.
          """
          acceptInvitation(input: AcceptInvitationInput!): AcceptInvitationPayload

          """
          Changes one's own password and ends one's other sessions, in all tenants. PYSGN: the old password is wrong, or
          there were too many attempts. PYPWD: the new one is too short, too long or too common.
          """
          changePassword(input: ChangePasswordInput!): ChangePasswordPayload
        }

        input SignInInput {
          clientMutationId: String
          email: String!
          password: String!
          "The tenant's slug or id; needed only by those who belong to several."
          tenant: String
        }

        input RefreshSessionInput {
          clientMutationId: String
          refreshToken: String!
        }

        input AcceptInvitationInput {
          clientMutationId: String
          "As inviteUser returned it."
          token: String!
          "The account's own, where the invited address has an account; otherwise that of the new account: 8 characters to 72 bytes."
          password: String!
          "What a new account is called; the invitation's name by default."
          name: String
        }

        input ChangePasswordInput {
          clientMutationId: String
          oldPassword: String!
          "8 characters to 72 bytes, and not a common one."
          newPassword: String!
        }

        type AcceptInvitationPayload {
          clientMutationId: String
          session: Session!
        }

        type ChangePasswordPayload {
          clientMutationId: String
          "How many other sessions it ended."
          endedSessions: Int!
        }

        type SignInPayload {
          clientMutationId: String
          session: Session!
        }

        type RefreshSessionPayload {
          clientMutationId: String
          session: Session!
        }

        "A sign-in, as its client holds it. It lasts until 30 days after it was last refreshed, and 90 days (SESSION_DAYS) in all."
        type Session {
          "Goes with every request: \`Authorization: Bearer …\`, or a WebSocket's connection parameter \`authorization\`."
          accessToken: String!
          "When the access token ends; refresh the session before."
          accessTokenExpiresAt: Datetime!
          "For refreshSession. Keep it safe."
          refreshToken: String!
          userId: UUID!
          tenantId: UUID!
        }
      `,
      objects: {
        Mutation: {
          plans: {
            signIn: (_$root, args) =>
              object({
                clientMutationId: args.getRaw(["input", "clientMutationId"]),
                session: sideEffect(
                  list([args.getRaw("input") as Step<Credentials>, context().get("origin")]),
                  ([input, origin]) => sessions.signIn(input, origin),
                ),
              }),
            refreshSession: (_$root, args) =>
              object({
                clientMutationId: args.getRaw(["input", "clientMutationId"]),
                session: sideEffect(args.getRaw(["input", "refreshToken"]) as Step<string>, (token) =>
                  sessions.refresh(token),
                ),
              }),
            acceptInvitation: (_$root, args) =>
              object({
                clientMutationId: args.getRaw(["input", "clientMutationId"]),
                session: sideEffect(
                  list([args.getRaw("input") as Step<Acceptance>, context().get("origin")]),
                  ([input, origin]) => sessions.acceptInvitation(input, origin),
                ),
              }),
            changePassword: (_$root, args) =>
              object({
                clientMutationId: args.getRaw(["input", "clientMutationId"]),
                endedSessions: sideEffect(
                  list([args.getRaw("input") as Step<PasswordChange>, context().get("visitor")]),
                  ([input, visitor]) => sessions.changePassword(input, visitor),
                ),
              }),
          },
        },
      },
    },
    "ParleySessionMutations",
  );
}
