import { ApiError, accountRequest } from "./account_request.ts";
import { clearSession, currentSession, type Session, setSession } from "./session.ts";

const REFRESH = `mutation RefreshSession($refreshToken: String!) {
  refreshSession(input: { refreshToken: $refreshToken }) {
    session { accessToken accessTokenExpiresAt refreshToken userId tenantId }
  }
}`;

/** A token is renewed this long before it expires, so that it does not expire on the way. */
const MARGIN_MS = 60_000;

export function isFresh({ accessTokenExpiresAt }: Session): boolean {
  return Date.parse(accessTokenExpiresAt) - Date.now() > MARGIN_MS;
}

/** The header's value with a valid token; null when nobody is signed in. */
export async function authorization(): Promise<string | null> {
  const session = currentSession();
  if (!session) return null;
  if (isFresh(session)) return `Bearer ${session.accessToken}`;
  await renewSession(session.accessToken);
  const renewed = currentSession();
  return renewed && `Bearer ${renewed.accessToken}`;
}

/**
 * Replaces a token that has expired or was refused. One tab does so for all: the others wait for the lock, and find the new one.
 * A session that has ended is forgotten.
 */
export async function renewSession(accessToken: string): Promise<void> {
  await navigator.locks.request("parley.session", async () => {
    const session = currentSession();
    if (!session || session.accessToken !== accessToken) return;
    try {
      const { refreshSession } = await accountRequest<{ refreshSession: { session: Session } }>(REFRESH, {
        refreshToken: session.refreshToken,
      });
      setSession(refreshSession.session);
    } catch (error) {
      if (error instanceof ApiError && hasEnded(error)) clearSession({ isEnded: true });
      else throw error;
    }
  });
}

/** Whether an error means that the session is over, not that the server was busy. */
function hasEnded({ code }: ApiError): boolean {
  return code === "PYREF" || code === "PYTOK" || code === "PYTEN";
}
