import { REQUEST_QUEUE, type RequestQueue } from "../request/request_queue.ts";

/** The user and session that an access token identifies. */
export type Visitor = {
  userId: string;
  tenantId: string;
  sessionId: string;
  /** When the token ends. */
  expiresAt: Date;
};

/** What a member may do in a tenant. */
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
  const settings = {
    role: "parley_visitor",
    statement_timeout: `${statementTimeoutMs}ms`,
    [REQUEST_QUEUE]: queue,
  };
  if (visitor === null) return settings;
  return {
    ...settings,
    "parley.user_id": visitor.userId,
    "parley.tenant_id": visitor.tenantId,
    "parley.session_id": visitor.sessionId,
  };
}
