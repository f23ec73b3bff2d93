import { ParleyError } from "../base/errors.ts";
import type { Json } from "../base/json/json.ts";
import { parseJson } from "../base/json/parse_json.ts";
import { readGivenFile } from "./read_file.ts";

const MAX_BYTES = 1_000_000;

/** Reads a JSON file that the operator names. Throws PYREQ if it is not one. */
export async function readJsonFile(path: string): Promise<Json> {
  const text = await readGivenFile(path, MAX_BYTES);
  try {
    return parseJson(Buffer.from(text));
  } catch (cause) {
    throw new ParleyError("PYREQ", `${path} is not a JSON file`, { cause });
  }
}
