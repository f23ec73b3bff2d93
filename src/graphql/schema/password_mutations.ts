import { z } from "zod";
import type { Accounts } from "../auth/accounts.ts";
import { type ServerMutation, serverMutation } from "./server_mutation.ts";

/** Passwords are checked and hashed by functions that only the API's login may call. */
export function passwordMutations({ sessions, passwordResets }: Accounts): ServerMutation[] {
  return [changePassword(sessions), requestPasswordReset(passwordResets), resetPassword(passwordResets)];
}

const newPassword = z.string().describe("8 characters to 72 bytes, and not a common one.");

function changePassword(sessions: Accounts["sessions"]): ServerMutation {
  return serverMutation({
    name: "changePassword",
    about: "Changes the caller's password and ends their other sessions, in all tenants.",
    errors: {
      PYTOK: "the caller is not signed in",
      PYKEY: "an API key has no password",
      PYSGN: "the old password is wrong, or there were too many attempts",
      PYPWD: "the new one is too short, too long or too common",
    },
    // Without a token it is refused like a request whose session has ended.
    requires: "anyone",
    input: { oldPassword: z.string().describe("The current password."), newPassword },
    payload: { endedSessions: z.int().describe("The number of other sessions that ended.") },
    run: async ({ input, visitor }) => ({ endedSessions: await sessions.changePassword(input, visitor) }),
  });
}

function requestPasswordReset(passwordResets: Accounts["passwordResets"]): ServerMutation {
  return serverMutation({
    name: "requestPasswordReset",
    about:
      "Sends a link for a new password to an e-mail address, if it has an account. The answer is always the same, and " +
      "takes as long, so that it does not reveal which addresses exist. An address gets at most three e-mails in an " +
      "hour; requests beyond that, and beyond twenty in an hour from one source, are ignored.",
    errors: { PYUNA: "too many users are requesting a new password at once" },
    requires: "anyone",
    input: { email: z.string().describe("The address of the account.") },
    payload: {},
    run: async ({ input, origin }) => {
      await passwordResets.request(input.email, origin);
      return {};
    },
  });
}

function resetPassword(passwordResets: Accounts["passwordResets"]): ServerMutation {
  return serverMutation({
    name: "resetPassword",
    about:
      "Sets a new password with the token of the link that was sent, and ends all sessions of the user, in all " +
      "tenants. All links for a new password that were sent before become invalid, and locks by failed sign-ins are " +
      "lifted. Sign in with the new password afterwards.",
    errors: {
      PYRST: "the token is unknown, used or expired",
      PYPWD: "the new password is too short, too long or too common; the token stays valid",
    },
    requires: "anyone",
    input: { token: z.string().describe("The token in the link."), newPassword },
    payload: { endedSessions: z.int().describe("The number of sessions that ended.") },
    run: async ({ input, origin }) => ({ endedSessions: await passwordResets.reset(input, origin) }),
  });
}
