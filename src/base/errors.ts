/**
 * The registry of our error codes. Each is a five-character SQLSTATE of class PY, raised in the database or in the
 * program, and reaches API clients as `extensions.code`. `kind` says what sort of answer it is, in HTTP's words.
 */
export type ErrorKind =
  | "bad_request"
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "conflict"
  | "too_large"
  | "timeout"
  | "unavailable";

export type RegisteredError = {
  kind: ErrorKind;
  /** What it means, for documentation; the message of the error itself says more. */
  meaning: string;
  /** What the caller should do. */
  remedy: string;
};

export const ERRORS = {
  PYWIN: {
    kind: "conflict",
    meaning: "The customer service window is closed.",
    remedy: "Send an approved template, or wait until the customer writes.",
  },
  PYOPT: {
    kind: "conflict",
    meaning: "The contact is blocked or has opted out.",
    remedy: "Do not write to this contact.",
  },
  PYTPL: {
    kind: "conflict",
    meaning: "The template is not approved.",
    remedy: "Wait for approval, or choose another template.",
  },
  PYADR: {
    kind: "conflict",
    meaning: "The contact has no address on this channel.",
    remedy: "Add a phone number to the contact.",
  },
  PYCHN: {
    kind: "conflict",
    meaning: "There is no channel that can send this.",
    remedy: "Connect a channel, or use another one.",
  },
  PYNUM: {
    kind: "conflict",
    meaning: "The number is already connected with this Meta app.",
    remedy: "Remove the channel that has it, then connect it again.",
  },
  PYCNT: {
    kind: "bad_request",
    meaning: "The message's content breaks a shape or a limit of its type.",
    remedy: "Correct the content; the message says what is wrong.",
  },
  PYPHN: {
    kind: "bad_request",
    meaning: "Not an international phone number.",
    remedy: "Write the number with its country code.",
  },
  PYDUP: {
    kind: "conflict",
    meaning: "Another contact already has this address.",
    remedy: "Use that contact, or correct the address.",
  },
  PYIDM: {
    kind: "conflict",
    meaning: "The idempotency key stands for another request.",
    remedy: "Use a new key for a new message.",
  },
  PYFIX: {
    kind: "conflict",
    meaning: "Rows of this table never change.",
    remedy: "Insert a new row instead.",
  },
  PYUNC: {
    kind: "unavailable",
    meaning: "Nobody knows whether the message went out, and it was not sent again.",
    remedy: "Ask the customer, or send a new message.",
  },
  PYUNR: {
    kind: "unavailable",
    meaning: "The provider could not be reached, over and over.",
    remedy: "Check the network, then send a new message.",
  },
  PYNFD: {
    kind: "not_found",
    meaning: "There is no such row, or it is another tenant's.",
    remedy: "Check the id.",
  },
  PYDEN: {
    kind: "forbidden",
    meaning: "The role of the signed-in person does not allow this.",
    remedy: "Ask an admin of the tenant.",
  },
  PYSGN: {
    kind: "unauthorized",
    meaning: "Wrong address or password, or too many attempts.",
    remedy: "Try again later, or ask the operator for a new password.",
  },
  PYTEN: {
    kind: "bad_request",
    meaning: "The person belongs to no such tenant, or to several and named none.",
    remedy: "Name the tenant.",
  },
  PYREF: {
    kind: "unauthorized",
    meaning: "The refresh token is unknown, used, expired or revoked.",
    remedy: "Sign in again.",
  },
  PYTOK: {
    kind: "unauthorized",
    meaning: "The access token is missing, wrong, expired, or its session has ended.",
    remedy: "Refresh the session, or sign in again.",
  },
  PYPWD: {
    kind: "bad_request",
    meaning: "The password is too short, too long or too common.",
    remedy: "Choose one of 8 characters to 72 bytes that is not a common one.",
  },
  PYINV: {
    kind: "not_found",
    meaning: "The invitation is unknown, used, expired or void.",
    remedy: "Ask for a new invitation.",
  },
  PYUSR: {
    kind: "conflict",
    meaning: "The person is already a member of this tenant.",
    remedy: "Change the role of the membership, or use another address.",
  },
  PYOWN: {
    kind: "conflict",
    meaning: "A tenant keeps at least one active owner.",
    remedy: "Make somebody else an owner first.",
  },
  PYGRA: {
    kind: "bad_request",
    meaning: "The chatbot's graph is invalid.",
    remedy: "Correct the graph; the problems are listed.",
  },
  PYCON: {
    kind: "conflict",
    meaning: "A value breaks a rule of the table: it is missing, taken, or out of range.",
    remedy: "Correct the value.",
  },
  PYLIM: {
    kind: "bad_request",
    meaning: "The request is larger, deeper or more costly than allowed.",
    remedy: "Ask for less at once.",
  },
  PYTIM: {
    kind: "timeout",
    meaning: "The request took too long.",
    remedy: "Ask for less at once, or try again.",
  },
  PYTRN: {
    kind: "timeout",
    meaning: "A chatbot's turn took too long, or ended the program three times. Its run has failed.",
    remedy: "Look for loops, large variables and many conditions in the chatbot's graph.",
  },
  PYREQ: {
    kind: "bad_request",
    meaning: "The request cannot be understood.",
    remedy: "Correct the request.",
  },
  PYSIG: {
    kind: "unauthorized",
    meaning: "The webhook's signature is missing or wrong.",
    remedy: "Check the channel's app secret.",
  },
  PYBIG: {
    kind: "too_large",
    meaning: "The body is larger than 3 MB, or than 256 KB of a callback.",
    remedy: "Send less.",
  },
  PYMIG: {
    kind: "unavailable",
    meaning: "A migration failed, or its file was changed; the message names the file.",
    remedy: "Correct what the message says, then migrate again.",
  },
  PYUNA: {
    kind: "unavailable",
    meaning: "The database cannot be reached, or too much is waiting at once.",
    remedy: "Try again shortly.",
  },
  PYINT: {
    kind: "unavailable",
    meaning: "Something unexpected went wrong; the log has it under the id given.",
    remedy: "Try again; tell the operator the id.",
  },
} as const satisfies Record<string, RegisteredError>;

export type ErrorCode = keyof typeof ERRORS;

/** An error with a registered code, raised by the program rather than by the database. */
export class ParleyError extends Error {
  override name = "ParleyError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(ERRORS, code);
}
