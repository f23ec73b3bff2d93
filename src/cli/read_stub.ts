import { ParleyError } from "../base/errors.ts";
import { readGivenFile } from "./read_file.ts";

/** Reads a JSON file with the answers to a chatbot's requests, so that none is made. */
export async function readStub(file: string): Promise<unknown> {
  const text = await readGivenFile(file, 10_000_000);
  let stub: unknown;
  try {
    stub = JSON.parse(text);
  } catch (cause) {
    throw new ParleyError("PYREQ", `${file} is not valid JSON: ${(cause as Error).message}`, { cause });
  }
  if (typeof stub !== "object" || stub === null)
    throw new ParleyError("PYREQ", `${file} must contain a JSON object or list`);
  return stub;
}
