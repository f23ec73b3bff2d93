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
  /** It is busy, full or cannot be reached, and may work again; otherwise its configuration is wrong. */
  readonly isTemporary: boolean;

  constructor(
    message: string,
    { cause, isTemporary = false }: ErrorOptions & { isTemporary?: boolean } = {},
  ) {
    super("PYSTO", message, { cause });
    this.isTemporary = isTemporary;
  }
}

/** Whether an error of the file system says that there is no space left. */
export function isFull(code: string | undefined): boolean {
  return code === "ENOSPC" || code === "EDQUOT";
}
