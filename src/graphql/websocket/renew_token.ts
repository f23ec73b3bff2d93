import { ParleyError } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { Authenticator } from "../auth/authenticate.ts";
import { maskError } from "../request/mask_error.ts";
import type { Client } from "./client.ts";

/** What a pong says: until when the connection stays open, or why the token was refused. */
type Renewal = { expiresAt: string | null } | { error: { code: unknown; message: string } };

/**
 * Replaces the access token of a connection, whose subscriptions go on. A token that is refused does not close it: the
 * token that it has is still valid. The answer has the later expiry of both.
 */
export async function renewToken(
  client: Client,
  authorization: string,
  authenticator: Authenticator,
  log: Log,
): Promise<Renewal> {
  try {
    return { expiresAt: (await renewed(client, authorization, authenticator))?.toISOString() ?? null };
  } catch (error) {
    const { message, extensions } = maskError(error as Error, log);
    return { error: { code: extensions?.code, message } };
  }
}

async function renewed(
  client: Client,
  authorization: string,
  authenticator: Authenticator,
): Promise<Date | null> {
  const { visitor } = client;
  if (!visitor) throw new ParleyError("PYTOK", "The connection must begin with connection_init");
  if (client.isRenewing) throw new ParleyError("PYLIM", "Only one access token can be renewed at once");
  client.isRenewing = true;
  try {
    const given = await authenticator.authenticate(authorization, client.source);
    // The rights of its subscriptions are those of its session, and so are its limits.
    if (given?.credentialId !== visitor.credentialId || given.tenantId !== visitor.tenantId)
      throw new ParleyError(
        "PYTOK",
        "The access token must be of the session with which the connection began",
      );
    // The expiry of an API key does not change.
    if (given.expiresAt && visitor.expiresAt && given.expiresAt > visitor.expiresAt) client.visitor = given;
    const { expiresAt } = client.visitor ?? visitor;
    client.expiry.set(expiresAt);
    return expiresAt;
  } finally {
    client.isRenewing = false;
  }
}
