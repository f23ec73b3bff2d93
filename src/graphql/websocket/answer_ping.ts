import { MessageType, stringifyMessage } from "graphql-ws";
import type { Log } from "../../base/log.ts";
import type { Authenticator } from "../auth/authenticate.ts";
import { authorizationOf } from "./authorization_of.ts";
import type { Client } from "./client.ts";
import { renewToken } from "./renew_token.ts";

/** A ping with an access token renews that of the connection. Any other is answered with its own payload. */
export async function answerPing(
  client: Client,
  payload: Readonly<Record<string, unknown>> | undefined,
  authenticator: Authenticator,
  log: Log,
): Promise<void> {
  const authorization = authorizationOf(payload);
  const answer = authorization ? await renewToken(client, authorization, authenticator, log) : payload;
  await client.send(stringifyMessage({ type: MessageType.Pong, ...(answer && { payload: { ...answer } }) }));
}
