import { CombinedError } from "@urql/core";
import { ApiError } from "../session/account_request.ts";

/** What went wrong: the registered code (`PYNET` if the server was not reached), and the API's message. */
export type Problem = { code: string; message: string };

export function problemOf(error: unknown): Problem {
  if (error instanceof ApiError) return { code: error.code, message: error.message };
  if (error instanceof CombinedError) {
    const [first] = error.graphQLErrors;
    if (first) return { code: String(first.extensions.code ?? "PYINT"), message: first.message };
    return { code: "PYNET", message: error.networkError?.message ?? error.message };
  }
  return { code: "PYINT", message: error instanceof Error ? error.message : String(error) };
}
