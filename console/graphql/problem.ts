import { CombinedError } from "@urql/core";
import { ApiError } from "../session/account_request.ts";

/**
 * What went wrong: the registered code (`PYNET` if the server was not reached), the API's message, and the field of the input whose
 * value was refused, if it was one.
 */
export type Problem = { code: string; message: string; field?: string };

export function problemOf(error: unknown): Problem {
  if (error instanceof ApiError) return { code: error.code, message: error.message };
  if (error instanceof CombinedError) {
    const [first] = error.graphQLErrors;
    if (first) {
      const { code = "PYINT", field } = first.extensions;
      return {
        code: String(code),
        message: first.message,
        ...(typeof field === "string" && { field }),
      };
    }
    return { code: "PYNET", message: error.networkError?.message ?? error.message };
  }
  return { code: "PYINT", message: error instanceof Error ? error.message : String(error) };
}
