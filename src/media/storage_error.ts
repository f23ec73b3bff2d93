import { ParleyError } from "../base/errors.ts";

/** The storage does not have the file. */
export class MissingFile extends Error {
  override readonly name = "MissingFile";

  constructor(options?: ErrorOptions) {
    super("The file is missing in MEDIA_STORAGE, which all processes must share", options);
  }
}

/** The storage failed. The message is for operators: it names the storage and the reason, and no file. */
export class StorageError extends ParleyError {
  override readonly name = "StorageError";
  /** The service is busy or cannot be reached; otherwise an operator has to act. */
  readonly isTemporary: boolean;

  constructor(
    message: string,
    { cause, isTemporary = false }: ErrorOptions & { isTemporary?: boolean } = {},
  ) {
    super("PYSTO", message, { cause });
    this.isTemporary = isTemporary;
  }
}
