/** The `authorization` in the payload of a connection_init or a ping: `Bearer <token>`. */
export function authorizationOf(params: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const given = params?.authorization ?? params?.Authorization;
  return typeof given === "string" ? given : undefined;
}
