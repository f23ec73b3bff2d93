/** The pages that links in e-mails lead to: `/console/invitation#token`. What is behind `#` is in no log of a server or proxy. */
export const INVITATION_PATH = "invitation";
export const PASSWORD_PATH = "password";

export function tokenOfLink(): string {
  return location.hash.slice(1);
}
