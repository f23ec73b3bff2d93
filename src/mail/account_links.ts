import { publicUrl } from "../base/address.ts";
import type { Config } from "../base/config.ts";

/** Where the page of an invitation is, below the public address. */
export const INVITATION_PATH = "/account/invitation";
/** Where the page for a new password is, below the public address. */
export const PASSWORD_PATH = "/account/password";

/** The address in the e-mail to an invited person: INVITATION_URL, otherwise the API's own page. */
export function invitationLink(token: string, config: Config): string {
  return withToken(config.INVITATION_URL ?? ownPage(INVITATION_PATH, config), token);
}

/** The address in the e-mail to a user who requested a new password: PASSWORD_RESET_URL, otherwise the API's own page. */
export function passwordResetLink(token: string, config: Config): string {
  return withToken(config.PASSWORD_RESET_URL ?? ownPage(PASSWORD_PATH, config), token);
}

/** A token is base64url, so it needs no encoding in any part of an address. */
function withToken(template: string, token: string): string {
  return template.replace("{token}", token);
}

function ownPage(path: string, config: Config): string {
  return `${publicUrl(config)}${path}?token={token}`;
}
