import { ParleyError } from "../../base/errors.ts";
import { badToken } from "./access_token.ts";

/** What the outcomes of the database's account functions are answered with, where they are refusals. */
export const REFUSALS = {
  refused: () => new ParleyError("PYSGN", "Wrong address or password, or too many attempts: try again later"),
  code_required: () => new ParleyError("PYCOD", "A code of the authenticator app is required"),
  code_refused: () =>
    new ParleyError("PYCOD", "The code is wrong or was used already, or there were too many wrong ones"),
  no_tenant: () => new ParleyError("PYTEN", "You are not a member of that tenant"),
  invalid: () =>
    new ParleyError("PYINV", "The invitation is unknown, used, expired or void: ask for a new one"),
  ended: () => new ParleyError("PYREF", "The session has ended: sign in again"),
  confirmed: () =>
    new ParleyError("PYCON", "Sign-in requires codes of an authenticator app already: remove them first"),
  not_started: () => new ParleyError("PYNFD", "No secret waits to be confirmed: call startTotp first"),
  signed_out: badToken,
} satisfies Record<string, () => ParleyError>;

export type Refusal = keyof typeof REFUSALS;
