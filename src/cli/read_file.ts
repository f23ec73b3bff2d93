import { readFile, stat } from "node:fs/promises";
import { ParleyError } from "../base/errors.ts";

/** Reads a file that the operator names. Throws PYREQ when it does not exist or is larger than `maxBytes`. */
export async function readGivenFile(path: string, maxBytes: number): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > maxBytes) {
      throw new ParleyError("PYREQ", `${path} has ${size} bytes; ${maxBytes} are the most`);
    }
    return await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof ParleyError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    throw new ParleyError("PYREQ", `${path} cannot be read: ${REASONS[code ?? ""] ?? code}`, { cause });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a directory",
  EACCES: "no permission",
};
