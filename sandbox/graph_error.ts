import { describeError } from "./error_catalog.ts";
import type { JsonObject } from "./json.ts";

interface GraphErrorOptions {
  /** `error_data.details`: what exactly is wrong. */
  details?: string | undefined;
  /** The whole message, where Meta does not write `(#code) title`. */
  message?: string | undefined;
  httpStatus?: number | undefined;
  subcode?: number | undefined;
  /** What an app is to show its user: title and text. */
  user?: { title: string; message: string } | undefined;
  /** The `Retry-After` header, in seconds. */
  retryAfter?: number | undefined;
}

/** An error answered in the Graph API's own form. */
export class GraphError extends Error {
  readonly code: number;
  readonly httpStatus: number;
  readonly subcode: number | undefined;
  readonly details: string | undefined;
  readonly user: GraphErrorOptions["user"];
  readonly retryAfter: number | undefined;

  constructor(code: number, options: GraphErrorOptions = {}) {
    const entry = describeError(code);
    super(options.message ?? `(#${code}) ${entry.title}`);
    this.name = "GraphError";
    this.code = code;
    this.httpStatus = options.httpStatus ?? entry.httpStatus ?? 400;
    this.subcode = options.subcode ?? entry.subcode;
    this.details = options.details;
    this.user = options.user;
    this.retryAfter = options.retryAfter;
  }

  toBody(traceId: string): JsonObject {
    const { isTransient } = describeError(this.code);
    return {
      error: {
        message: this.message,
        type: "OAuthException",
        code: this.code,
        ...(this.subcode !== undefined && { error_subcode: this.subcode }),
        ...(this.user && { error_user_title: this.user.title, error_user_msg: this.user.message }),
        ...(isTransient && { is_transient: true }),
        ...(this.details !== undefined && {
          error_data: { messaging_product: "whatsapp", details: this.details },
        }),
        fbtrace_id: traceId,
      },
    };
  }
}

/** Unknown ids and ids that the token may not use get the same answer: HTTP 400, code 100, subcode 33. */
export function unknownObject(id: string): GraphError {
  return new GraphError(100, {
    message:
      `Unsupported request. Object with ID '${id}' does not exist, cannot be loaded due to missing permissions, ` +
      "or does not support this operation.",
    subcode: 33,
  });
}

/** The `errors[]` entry of a failed status. */
export function statusError(code: number, details?: string): JsonObject {
  const { title } = describeError(code);
  return {
    code,
    title,
    message: title,
    error_data: { details: details ?? title },
    href: "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
  };
}
