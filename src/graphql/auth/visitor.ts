import { type RequestTurn, TURN } from "../request/request_turn.ts";

/** Whoever an access token speaks for. */
export type Visitor = {
  userId: string;
  tenantId: string;
  sessionId: string;
  /** When the token ends. */
  expiresAt: Date;
};

declare global {
  namespace Grafast {
    interface RequestContext {
      /** Who asks; null without a token. */
      visitor: Visitor | null;
      turn: RequestTurn;
    }
  }
}

export type DatabaseSettings = Record<string, string> & { [TURN]: RequestTurn | undefined };

/** What the database is told at the beginning of each transaction: who asks, and how long a statement may take. */
export function databaseSettings(
  visitor: Visitor | null,
  statementTimeoutMs: number,
  turn: RequestTurn | undefined,
): DatabaseSettings {
  const settings = { role: "parley_visitor", statement_timeout: `${statementTimeoutMs}ms`, [TURN]: turn };
  if (visitor === null) return settings;
  return {
    ...settings,
    "parley.user_id": visitor.userId,
    "parley.tenant_id": visitor.tenantId,
    "parley.session_id": visitor.sessionId,
  };
}
