import type { Connection } from "../graphql/connection.ts";
import { graphql } from "../graphql/graphql.ts";
import { go } from "../routing/location.ts";
import { accountRequest } from "./account_request.ts";
import { clearSession, currentSession, type Session, setSession } from "./session.ts";

const SIGN_OUT = graphql(`
  mutation SignOut {
    signOut(input: {}) { signedOut }
  }
`);

/** Ends the session here and on the server. If that cannot be reached, the session ends here, and there when its tokens expire. */
export async function signOut(connection: Connection): Promise<void> {
  await connection.mutate(SIGN_OUT, {}).catch(() => {});
  clearSession();
  go("", { isReplaced: true });
}

const SWITCH_TENANT = `mutation SwitchTenant($refreshToken: String!, $tenant: String!) {
  switchTenant(input: { refreshToken: $refreshToken, tenant: $tenant }) {
    session { accessToken accessTokenExpiresAt refreshToken userId tenantId }
  }
}`;

/**
 * Goes on in another tenant of the user.
 * @param tenant its id
 */
export async function switchTenant(tenant: string): Promise<void> {
  const session = currentSession();
  if (!session) return;
  const { switchTenant } = await accountRequest<{ switchTenant: { session: Session } }>(
    SWITCH_TENANT,
    { refreshToken: session.refreshToken, tenant },
    session.accessToken,
  );
  clearSession();
  // What the address names belongs to the other tenant.
  go("", { isReplaced: true });
  setSession(switchTenant.session);
}
