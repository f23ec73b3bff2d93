import { createContext, useContext } from "react";
import { graphql, type ResultOf } from "../graphql/graphql.ts";

export const MEMBER = graphql(`
  query Member {
    currentUser { id name email avatarUrl }
    currentMembership { nodeId role isAvailable tenant { id name slug timeZone } }
    myTenants { nodes { id name slug role isCurrent } }
  }
`);

type Data = ResultOf<typeof MEMBER>;

/** Who is signed in, and to which tenant. */
export type Member = {
  user: NonNullable<Data["currentUser"]>;
  membership: NonNullable<Data["currentMembership"]>;
  tenants: NonNullable<Data["myTenants"]>["nodes"];
};

export type Role = "viewer" | "agent" | "admin" | "owner";

const RANK: Readonly<Record<Role, number>> = { viewer: 0, agent: 1, admin: 2, owner: 3 };

export const MemberContext = createContext<Member | null>(null);

export function useMember(): Member {
  return useContext(MemberContext)!;
}

/** Whether the caller has at least this role. What a role may not do is not offered; the database refuses it in any case. */
export function useMay(role: Role): boolean {
  const { membership } = useMember();
  return RANK[membership.role as Role] >= RANK[role];
}
