import { ParleyError } from "../base/errors.ts";

/** The error for a backup that is not what was written. */
export function damaged(what: string, options?: ErrorOptions): ParleyError {
  return new ParleyError("PYBAK", `The backup cannot be used: ${what}`, options);
}
