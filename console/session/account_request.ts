/** A request that does not need a session: signing in and out, and renewing the session. */

/** An error of the API: its registered code, and the message in English. */
export class ApiError extends Error {
  /** `PYSGN`, for example; `PYNET` if the server was not reached. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Sends a query or mutation to the API without the cache.
 * @throws ApiError with the code of the first error
 */
export async function accountRequest<Data>(
  query: string,
  variables: Record<string, unknown>,
  accessToken?: string,
): Promise<Data> {
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (accessToken !== undefined) headers.authorization = `Bearer ${accessToken}`;
  const response = await fetch("/graphql", {
    method: "POST",
    headers,
    body: JSON.stringify({ query, variables }),
  }).catch(() => {
    throw new ApiError("PYNET", "The server cannot be reached");
  });
  const answer = await response.json().catch(() => {
    throw new ApiError("PYUNA", `The server answered with status ${response.status}`);
  });
  const error = answer.errors?.[0] ?? answer.error;
  if (error) throw new ApiError(error.extensions?.code ?? error.code ?? "PYINT", error.message);
  return answer.data as Data;
}
