/**
 * Codes and reasons for closing a WebSocket. Clients made with graphql-ws reconnect after 1001, 1011, 1013
 * and 4403; before reconnecting after 4403 they should fetch a new access token.
 */
export const CLOSE = {
  signedOut: [
    4403,
    "PYTOK: the access token or API key is missing, wrong, expired or revoked, or its session has ended",
  ],
  tooSlow: [1013, "PYLIM: this client reads too slowly; subscribe again and refetch"],
  missed: [1013, "PYUNA: changes may have been missed; subscribe again and refetch"],
  unavailable: [1013, "PYUNA: try again shortly"],
  failed: [1011, "PYINT: something unexpected went wrong"],
  leaving: [1001, "the server is stopping"],
} as const satisfies Record<string, readonly [code: number, reason: string]>;

export type CloseReason = keyof typeof CLOSE;
