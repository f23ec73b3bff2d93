/** Why the embedded server does not run; each code needs a different remedy. */
type EmbeddedFault =
  /** The platform has no binaries, or they do not run here. */
  | "no_binaries"
  /** Started as root, and there is no other account the server could run under. */
  | "no_server_user"
  /** A file or directory belongs to another account. */
  | "no_permission"
  | "disk_full"
  /** The cluster was made by another major version of PostgreSQL. */
  | "wrong_major_version"
  /** `postgres` in the data directory points to a place that is not there (any more). */
  | "cluster_missing"
  /** There is a cluster but no `keys.json`. */
  | "keys_missing"
  /** `keys.json` is damaged, or its passwords are not those of the cluster. */
  | "keys_mismatch"
  | "init_failed"
  | "start_failed"
  /** It neither started nor failed within the deadline. */
  | "start_timeout";

/** One line that says what is wrong and what to do; the technical reason is the `cause`. */
export class EmbeddedError extends Error {
  override readonly name = "EmbeddedError";
  readonly code: EmbeddedFault;

  constructor(code: EmbeddedFault, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** The errno or SQLSTATE of anything thrown, if it has one. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** Turns an error of the file system into an `EmbeddedError` where the reader can do something about it. */
export function explainFileError(error: unknown, path: string): unknown {
  switch (codeOf(error)) {
    case "ENOSPC":
    case "EDQUOT":
      return new EmbeddedError("disk_full", `The disk is full: cannot write ${path}`, error);
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new EmbeddedError("no_permission", `No permission for ${path}`, error);
    default:
      return error;
  }
}

/** The log of the embedded server; a pino logger fits. */
export type EmbeddedLog = {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
};
