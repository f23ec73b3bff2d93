/**
 * The registry of error codes. Each is a five-character SQLSTATE of class PY, raised in the database or in the
 * program, and reaches API clients as `extensions.code`. `kind` is the category of the error, named as in HTTP.
 */
type ErrorKind =
  | "bad_request"
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "conflict"
  | "too_large"
  | "timeout"
  | "unavailable";

type RegisteredError = {
  kind: ErrorKind;
  /** The meaning, for documentation; the message of an individual error is more specific. */
  meaning: string;
  /** What the caller should do. */
  remedy: string;
};

export const ERRORS = {
  PYWIN: {
    kind: "conflict",
    meaning: "The reply window is closed.",
    remedy: "Send an approved template, or wait until the customer writes.",
  },
  PYOPT: {
    kind: "conflict",
    meaning: "The contact is blocked or has opted out.",
    remedy: "Do not send messages to this contact.",
  },
  PYDEL: {
    kind: "conflict",
    meaning: "The contact is deleted.",
    remedy: "Restore the contact (`restoreContact`) before you write to it.",
  },
  PYERA: {
    kind: "conflict",
    meaning: "The person was erased, and an imported file must not bring them back.",
    remedy: "Leave out the row. If the person wants to be a contact again, create the contact by hand.",
  },
  PYTPL: {
    kind: "conflict",
    meaning: "The template is not approved.",
    remedy: "Wait for approval, or choose another template.",
  },
  PYPAU: {
    kind: "conflict",
    meaning: "The template is paused, because customers disliked it.",
    remedy: "Wait until the provider resumes it, or choose another template.",
  },
  PYREJ: {
    kind: "conflict",
    meaning: "The template was rejected.",
    remedy: "Edit the template (`statusReason` says why), or choose another one.",
  },
  PYDIS: {
    kind: "conflict",
    meaning: "The template is disabled, because customers disliked it too often.",
    remedy: "Choose another template.",
  },
  PYTPC: {
    kind: "conflict",
    meaning: "The template cannot be changed in this way now.",
    remedy: "The error message says in which status it can, or when.",
  },
  PYADR: {
    kind: "conflict",
    meaning: "The contact has no address on this channel.",
    remedy: "Add a phone number to the contact.",
  },
  PYCHN: {
    kind: "conflict",
    meaning: "No channel can send this message.",
    remedy: "Connect a channel, or send what its kind can send (`kindCapabilities`).",
  },
  PYNUM: {
    kind: "conflict",
    meaning: "The number is already connected with this app.",
    remedy: "Remove the channel that has it, then connect it again.",
  },
  PYCNT: {
    kind: "bad_request",
    meaning: "The content does not match the shape or the limits of the message type.",
    remedy: "Correct the content. The error message says what is wrong.",
  },
  PYPHN: {
    kind: "bad_request",
    meaning: "Not an international phone number.",
    remedy: "Write the number with its country code.",
  },
  PYDUP: {
    kind: "conflict",
    meaning: "Another contact already has this address.",
    remedy: "Use that contact (restore it if it was deleted), or correct the address.",
  },
  PYTAK: {
    kind: "conflict",
    meaning: "The conversation is assigned to another user.",
    remedy: "Take another one, or assign it explicitly with `assignConversation`.",
  },
  PYIDM: {
    kind: "conflict",
    meaning: "The idempotency key was already used for a different request.",
    remedy: "Use a new key for a new message.",
  },
  PYSNT: {
    kind: "conflict",
    meaning: "The scheduled message was sent or cancelled, or has failed.",
    remedy: "Send or schedule another message.",
  },
  PYFIX: {
    kind: "conflict",
    meaning: "Rows of this table cannot be changed.",
    remedy: "Insert a new row instead.",
  },
  PYUNC: {
    kind: "unavailable",
    meaning: "It is not known whether the message was sent, and it was not sent again.",
    remedy: "Ask the customer, or send a new message.",
  },
  PYUNR: {
    kind: "unavailable",
    meaning: "The provider could not be reached, after repeated attempts.",
    remedy: "Check the network, then send a new message.",
  },
  PYMAX: {
    kind: "too_large",
    meaning: "The file is larger than the channel's `mediaLimit`, so it was not fetched.",
    remedy: "Call `fetchMedia`, or raise the limit.",
  },
  PYMED: {
    kind: "conflict",
    meaning: "The provider's file is empty, or its size or SHA-256 is not what the provider announced.",
    remedy: "Ask the customer to send the file again.",
  },
  PYGON: {
    kind: "not_found",
    meaning:
      "The file is gone: the provider does not keep it any more, or it was removed at the end of its retention.",
    remedy: "Ask the customer to send the file again, or upload it again.",
  },
  PYFIL: {
    kind: "conflict",
    meaning: "The file is not stored: it has not been received yet, or receiving it has failed.",
    remedy: "Wait until the `state` of the media is `stored`, or upload the file again.",
  },
  PYNFD: {
    kind: "not_found",
    meaning: "The row does not exist, or belongs to another tenant.",
    remedy: "Check the id.",
  },
  PYDEN: {
    kind: "forbidden",
    meaning: "Your role, or the scopes of the API key, do not allow this.",
    remedy: "Ask an admin of the tenant.",
  },
  PYKEY: {
    kind: "forbidden",
    meaning: "This requires a user: an API key cannot do it, whatever its scopes.",
    remedy: "Sign in as a user.",
  },
  PYSGN: {
    kind: "unauthorized",
    meaning: "The e-mail address or password is wrong, or there were too many attempts.",
    remedy: "Try again later, or request a new password.",
  },
  PYCOD: {
    kind: "unauthorized",
    meaning: "A code of the authenticator app is missing, wrong or was used already, or there were too many.",
    remedy: "Ask the user for the code that the app shows now, or for a recovery code.",
  },
  PYTEN: {
    kind: "bad_request",
    meaning: "You are not a member of that tenant, or of any.",
    remedy: "Name one of your tenants: `signIn` without `tenant` lists them.",
  },
  PYREF: {
    kind: "unauthorized",
    meaning: "The refresh token is unknown, already used, expired or revoked.",
    remedy: "Sign in again.",
  },
  PYTOK: {
    kind: "unauthorized",
    meaning:
      "The access token or the API key is missing or invalid, or has expired, or its session has ended, or it was revoked.",
    remedy: "Refresh the session, or sign in again. Ask an admin for another API key.",
  },
  PYPWD: {
    kind: "bad_request",
    meaning: "The password is too short, too long or too common.",
    remedy: "Choose a password of at least 8 characters and at most 72 bytes that is not a common one.",
  },
  PYINV: {
    kind: "not_found",
    meaning: "The invitation is unknown, already used, expired or void.",
    remedy: "Ask for a new invitation.",
  },
  PYRST: {
    kind: "not_found",
    meaning: "The link for a new password is unknown, already used or expired.",
    remedy: "Request a new link.",
  },
  PYUSR: {
    kind: "conflict",
    meaning: "The user is already a member of this tenant.",
    remedy: "Change the role of the membership, or use another e-mail address.",
  },
  PYOWN: {
    kind: "conflict",
    meaning: "A tenant must have at least one active owner.",
    remedy: "Make another user an owner first.",
  },
  PYCSV: {
    kind: "bad_request",
    meaning: "The file is not a CSV file that can be read. The error message names the row.",
    remedy:
      "Export the file again as CSV, and correct what the error message names. Nothing of it was stored.",
  },
  PYIMP: {
    kind: "conflict",
    meaning: "The state of the import does not allow this.",
    remedy: "Read its `status` and `isDryRun`, or upload the file again.",
  },
  PYGRA: {
    kind: "bad_request",
    meaning: "The chatbot's graph is invalid.",
    remedy: "Correct the graph. The error lists the problems.",
  },
  PYCAM: {
    kind: "conflict",
    meaning: "The status of the campaign does not allow this.",
    remedy: "Read `status` of the campaign.",
  },
  PYAPR: {
    kind: "conflict",
    meaning: "A second user must approve the campaign.",
    remedy: "Ask another admin to approve it (`approveCampaign`). A later change withdraws the approval.",
  },
  PYRUN: {
    kind: "conflict",
    meaning: "The contact still waits for the message of another running campaign.",
    remedy: "Nothing: the campaign excludes such contacts.",
  },
  PYOFT: {
    kind: "conflict",
    meaning: "The contact was sent a message of another campaign a short time ago.",
    remedy: "Nothing: the campaign excludes such contacts.",
  },
  PYINA: {
    kind: "conflict",
    meaning: "The contact has not written for the time that the campaign demands.",
    remedy: "Nothing: the campaign excludes such contacts.",
  },
  PYCNL: {
    kind: "conflict",
    meaning: "The campaign was cancelled before the message was sent.",
    remedy: "Create another campaign for the contacts who got no message.",
  },
  PYARR: {
    kind: "conflict",
    meaning:
      "An earlier message of the campaign to the contact has arrived after all, so this one was not sent.",
    remedy: "Nothing: no contact gets the message of a campaign twice.",
  },
  PYUPD: {
    kind: "conflict",
    meaning: "The object has been changed since it was read.",
    remedy: "Read it again, and repeat the change.",
  },
  PYCON: {
    kind: "conflict",
    meaning: "A value violates a rule of the table: it is missing, already taken, or out of range.",
    remedy: "Correct the value.",
  },
  PYLIM: {
    kind: "bad_request",
    meaning: "The request is larger, more deeply nested or more expensive than allowed.",
    remedy: "Request less at once.",
  },
  PYTIM: {
    kind: "timeout",
    meaning: "The request took too long.",
    remedy: "Request less at once, or try again.",
  },
  PYTRN: {
    kind: "timeout",
    meaning: "A chatbot's turn took too long, or three processes ended while playing it. Its run has failed.",
    remedy: "Look for loops, large variables and many conditions in the chatbot's graph.",
  },
  PYOLD: {
    kind: "conflict",
    meaning: "The changes since the cursor are no longer known: it is too old, or the database was restored.",
    remedy: "Request a new `changeCursor`, then load everything again.",
  },
  PYFLT: {
    kind: "bad_request",
    meaning: "The filter is not valid, or exceeds a limit.",
    remedy: "Correct the part of the filter that the error message names.",
  },
  PYREQ: {
    kind: "bad_request",
    meaning: "The request is malformed.",
    remedy: "Correct the request.",
  },
  PYSIG: {
    kind: "unauthorized",
    meaning: "The webhook's signature is missing or wrong.",
    remedy: "Check the channel's app secret.",
  },
  PYBIG: {
    kind: "too_large",
    meaning: "The body or file is larger than allowed.",
    remedy: "Send less. The error message names the limit.",
  },
  PYTYP: {
    kind: "bad_request",
    meaning: "The content of the file is not of an accepted type, or not of the declared one.",
    remedy: "Send a file of an accepted type. The error message says what the file is.",
  },
  PYLNK: {
    kind: "forbidden",
    meaning: "The address of the file is wrong or has expired.",
    remedy: "Query `url` of the media again.",
  },
  PYSTO: {
    kind: "unavailable",
    meaning: "The media storage cannot be reached, is full, or refused the request.",
    remedy: "Try again later. The operator finds the reason in the log.",
  },
  PYMIG: {
    kind: "unavailable",
    meaning: "A migration failed, or its file was changed. The error message names the file.",
    remedy: "Correct what the error message names, then migrate again.",
  },
  PYBAK: {
    kind: "bad_request",
    meaning: "The backup is incomplete, was changed, or is not a backup of Parley.",
    remedy: "Use another backup. Nothing of this one was restored.",
  },
  PYVER: {
    kind: "conflict",
    meaning: "The backup is of a version of the schema that does not fit.",
    remedy: "Restore it with the version of Parley that made it, then upgrade.",
  },
  PYEMP: {
    kind: "conflict",
    meaning: "The place that a backup is written to or restored into is not empty.",
    remedy: "Use an empty place. The error message says what is there.",
  },
  PYPHR: {
    kind: "bad_request",
    meaning: "The passphrase of the backup's keys is missing or wrong.",
    remedy: "Give the passphrase that the backup was made with.",
  },
  PYUNA: {
    kind: "unavailable",
    meaning: "The database cannot be reached, or too many requests are waiting.",
    remedy: "Try again shortly.",
  },
  PYINT: {
    kind: "unavailable",
    meaning: "An unexpected error occurred. It is in the log under the given id.",
    remedy: "Try again, or report the id to the operator.",
  },
} as const satisfies Record<string, RegisteredError>;

export type ErrorCode = keyof typeof ERRORS;

/** An error with a registered code, raised by the program rather than by the database. */
export class ParleyError extends Error {
  override name = "ParleyError";
  readonly code: ErrorCode;
  /** Where in the arguments of a mutation the refused value is: `["input", "first"]`. */
  readonly inputPath: readonly string[] | undefined;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions & { inputPath?: readonly string[] }) {
    super(message, options);
    this.code = code;
    this.inputPath = options?.inputPath;
  }
}

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(ERRORS, code);
}

/** The HTTP status of a response that consists of one error; 500 for a code that is not registered. */
export function httpStatusOf(code: unknown): number {
  return isErrorCode(code) && code !== "PYINT" ? HTTP_STATUS[ERRORS[code].kind] : 500;
}

const HTTP_STATUS: Readonly<Record<ErrorKind, number>> = {
  bad_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  timeout: 504,
  unavailable: 503,
};
