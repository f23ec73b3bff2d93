import { ParleyError } from "../base/errors.ts";
import { readGivenFile } from "./read_file.ts";

const MAX_BYTES = 100_000;

/** Reads a filter that the operator gives: JSON, or `@` and the path of a file. The database checks it. Throws PYREQ. */
export async function readFilter(given: string): Promise<unknown> {
  const text = given.startsWith("@") ? await readGivenFile(given.slice(1), MAX_BYTES) : given;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ParleyError("PYREQ", "--filter must be JSON, or @ and the path of a file with it", { cause });
  }
}
