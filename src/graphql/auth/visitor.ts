import { REQUEST_QUEUE, type RequestQueue } from "../request/request_queue.ts";

/** Who sends a request: a user, by the session that an access token names, or a program, by its API key. */
export type Visitor = User | Program;

type Credential = {
  tenantId: string;
  /** The id of the session or of the API key. Shares are kept by it, and it is what ends. */
  credentialId: string;
  /** When the access token or the API key expires; null: never. */
  expiresAt: Date | null;
};

export type User = Credential & { kind: "user"; userId: string };

/** @property keyHash the SHA-256 of the key in hexadecimal digits */
export type Program = Credential & { kind: "program"; keyHash: string };

/** What a member may do in a tenant. An API key counts as an admin or as a viewer, apart from what its scopes add. */
export type MemberRole = "owner" | "admin" | "agent" | "viewer";

declare global {
  namespace Grafast {
    interface RequestContext {
      /** Who asks; null without a token. */
      visitor: Visitor | null;
      queue: RequestQueue;
    }
  }
}

export type DatabaseSettings = Record<string, string> & { [REQUEST_QUEUE]: RequestQueue | undefined };

/** The settings for each transaction: who the caller is, and how long a statement may take. */
export function databaseSettings(
  visitor: Visitor | null,
  statementTimeoutMs: number,
  queue: RequestQueue | undefined,
): DatabaseSettings {
  return {
    role: "parley_visitor",
    statement_timeout: `${statementTimeoutMs}ms`,
    [REQUEST_QUEUE]: queue,
    ...settingsOf(visitor),
  };
}

/** Whether the settings are those of a session or an API key. */
export function isSignedIn(settings: Record<string, string | undefined> | null): boolean {
  return settings !== null && ("parley.session_id" in settings || "parley.api_key_hash" in settings);
}

function settingsOf(visitor: Visitor | null): Record<string, string> {
  switch (visitor?.kind) {
    case undefined:
      return {};
    case "user":
      return {
        "parley.user_id": visitor.userId,
        "parley.tenant_id": visitor.tenantId,
        "parley.session_id": visitor.credentialId,
      };
    case "program":
      return { "parley.api_key_hash": visitor.keyHash };
    default:
      return visitor satisfies never;
  }
}
