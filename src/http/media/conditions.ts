import type { Request } from "express";
import { ParleyError } from "../../base/errors.ts";
import type { ByteRange } from "../../media/storage.ts";

/** Whether the client has the file already: `If-None-Match`. */
export function isKnown({ headers }: Pick<Request, "headers">, etag: string): boolean {
  const tags = headers["if-none-match"]?.split(",").map((tag) => tag.trim().replace(/^W\//, "")) ?? [];
  return tags.includes(etag) || tags.includes("*");
}

/**
 * The part of a file that `Range` asks for; undefined: the whole file. So are several parts at once, and a part of an
 * earlier version (`If-Range`).
 * @throws UnsatisfiableRange when the part begins after the end of the file
 */
export function rangeOf(request: Request, size: number, etag: string): ByteRange | undefined {
  const condition = request.get("if-range");
  if (condition !== undefined && condition !== etag) return undefined;
  const end = /^bytes=-0*([1-9]\d*)$/.exec(request.get("range") ?? "")?.[1];
  // The last bytes, of a file that does not have so many: all. The parser takes that for unsatisfiable.
  if (size > 0 && Number(end) > size) return { start: 0, end: size - 1 };
  const ranges = request.range(size);
  if (ranges === -1) throw new UnsatisfiableRange(size);
  if (ranges === undefined || ranges === -2 || ranges.type !== "bytes" || ranges.length !== 1)
    return undefined;
  return ranges[0];
}

/** Answered with 416. */
export class UnsatisfiableRange extends ParleyError {
  readonly size: number;

  constructor(size: number) {
    super("PYREQ", `\`range\`: the file has ${size} bytes`);
    this.size = size;
  }
}
