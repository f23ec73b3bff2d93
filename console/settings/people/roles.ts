import type { Role } from "../../session/member.ts";

export const ROLES = ["viewer", "agent", "admin", "owner"] as const satisfies readonly Role[];

/** The roles that somebody with this one may give. */
export function rolesUpTo(role: Role): readonly Role[] {
  return ROLES.slice(0, ROLES.indexOf(role) + 1);
}
