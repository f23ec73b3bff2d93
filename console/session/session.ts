/**
 * The session of this browser: one for all tabs, kept in localStorage and nowhere else. A tab that changes it is followed by the
 * others through the storage event.
 */
export type Session = {
  accessToken: string;
  /** Instant in ISO 8601. */
  accessTokenExpiresAt: string;
  refreshToken: string;
  userId: string;
  tenantId: string;
};

const KEY = "parley.session";
const listeners = new Set<() => void>();
let text = localStorage.getItem(KEY);
let session = parse(text);

function parse(stored: string | null): Session | null {
  try {
    const read = JSON.parse(stored ?? "null");
    return typeof read?.refreshToken === "string" ? read : null;
  } catch {
    // It was changed by hand. Signing in replaces it.
    return null;
  }
}

function follow(): void {
  const stored = localStorage.getItem(KEY);
  if (stored === text) return;
  text = stored;
  session = parse(stored);
  // Each tab has its own; another tab that signs out cannot empty it.
  if (session === null) sessionStorage.clear();
  for (const listener of listeners) listener();
}

addEventListener("storage", ({ key }) => {
  if (key === KEY || key === null) follow();
});

/** The session as it is now, or null: nobody is signed in. */
export function currentSession(): Session | null {
  follow();
  return session;
}

let isEndedByServer = false;

/** Whether the last session of this tab ended although nobody signed out: it expired, or was ended elsewhere. */
export function hasEndedByItself(): boolean {
  return isEndedByServer;
}

export function setSession(next: Session): void {
  isEndedByServer = false;
  localStorage.setItem(KEY, JSON.stringify(next));
  follow();
}

/** Forgets the session, and all else that was kept of its tenant. */
export function clearSession({ isEnded = false } = {}): void {
  isEndedByServer = isEnded;
  for (const key of Object.keys(localStorage)) if (!isOfThisBrowser(key)) localStorage.removeItem(key);
  sessionStorage.clear();
  follow();
}

/** Runs when the session begins, ends or is renewed. Returns how to stop that. */
export function onSessionChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What this browser keeps when nobody is signed in: how the console looks, nothing of a tenant. */
function isOfThisBrowser(key: string): boolean {
  return key.startsWith("parley.preference.");
}
