import { z } from "zod";
import type { Totp } from "../auth/totp.ts";
import { type ServerMutation, serverMutation } from "./server_mutation.ts";

/** Codes of an authenticator app, whose secret is sealed here. */
export function totpMutations(totp: Pick<Totp, "start" | "confirm" | "remove">): ServerMutation[] {
  return [
    serverMutation({
      name: "startTotp",
      about:
        "Makes a secret for an authenticator app. Sign-in does not change before confirmTotp has shown that the app has " +
        "it. Calling it again replaces a secret that is not confirmed.",
      errors: {
        PYTOK: "the caller is not signed in",
        PYKEY: "an API key does not sign in",
        PYSGN: "the password is wrong, or there were too many attempts",
        PYCON: "codes are required already: call removeTotp first",
      },
      requires: "anyone",
      input: { password: z.string().describe("The password of the account.") },
      payload: {
        uri: z
          .string()
          .describe("`otpauth://totp/…`: show it as a QR code, or open it on a phone. Shown only here."),
        secret: z.string().describe("The same secret in base32, to type into an app."),
      },
      run: ({ input, visitor }) => totp.start(input.password, visitor),
    }),
    serverMutation({
      name: "confirmTotp",
      about:
        "Makes signIn require a code of the authenticator app, in all tenants. Ends the user's other sessions, which " +
        "were opened without one.",
      errors: {
        PYTOK: "the caller is not signed in",
        PYKEY: "an API key does not sign in",
        PYCOD: "the code is wrong",
        PYNFD: "no secret waits to be confirmed",
      },
      requires: "anyone",
      input: { code: z.string().describe("Six digits that the app shows now.") },
      payload: {
        recoveryCodes: z
          .array(z.string())
          .describe("Ten codes, each of which replaces one of the app once. Shown only here."),
        endedSessions: z.int().describe("The number of other sessions that ended."),
      },
      run: ({ input, visitor }) => totp.confirm(input.code, visitor),
    }),
    serverMutation({
      name: "removeTotp",
      about: "Makes signIn require the password only, and deletes the secret and the recovery codes.",
      errors: {
        PYTOK: "the caller is not signed in",
        PYKEY: "an API key does not sign in",
        PYSGN: "the password is wrong, or there were too many attempts",
        PYCOD: "the code is wrong or was used already, or there were too many wrong ones",
      },
      requires: "anyone",
      input: {
        password: z.string().describe("The password of the account."),
        code: z.string().describe("A code of the app, or a recovery code."),
      },
      payload: {},
      run: async ({ input, visitor }) => {
        await totp.remove(input, visitor);
        return {};
      },
    }),
  ];
}
