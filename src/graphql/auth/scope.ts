import { ParleyError } from "../../base/errors.ts";

/** The values of app_public.api_key_scope. A member has the rights of a scope by role. */
export const SCOPES = ["read", "send", "manage_contacts", "manage_all"] as const;

export type Scope = (typeof SCOPES)[number];

/** What only a user may do, whatever the scopes of an API key. */
export function userRequired(): ParleyError {
  return new ParleyError("PYKEY", "This requires a user who is signed in, not an API key");
}
