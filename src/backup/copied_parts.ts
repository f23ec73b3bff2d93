import { promisify } from "node:util";
import { constants, zstdCompress, zstdDecompress } from "node:zlib";
import { damaged } from "./damaged.ts";
import { type BackupPart, PART_BYTES, sha256Of } from "./manifest.ts";

const NEWLINE = 10;

/**
 * Cuts what COPY writes into parts of whole rows. Where it cuts depends on the rows only, not on the chunks in which they
 * arrive, so that rows that have not changed make the same part again.
 */
export async function* partsOf(
  chunks: AsyncIterable<Buffer>,
  partBytes = PART_BYTES,
): AsyncGenerator<Buffer> {
  let part: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let rest = chunk;
    while (rest.length > 0) {
      const end = rest.indexOf(NEWLINE, Math.max(0, partBytes - 1 - length));
      if (end === -1) {
        part.push(rest);
        length += rest.length;
        break;
      }
      yield Buffer.concat([...part, rest.subarray(0, end + 1)]);
      rest = rest.subarray(end + 1);
      part = [];
      length = 0;
    }
  }
  if (length > 0) yield Buffer.concat(part);
}

/** A part, and what is stored of it. */
export async function packPart(rows: Buffer): Promise<{ part: BackupPart; stored: Buffer }> {
  const stored = await compress(rows, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
  return {
    part: { sha256: sha256Of(stored), storedBytes: stored.length, bytes: rows.length },
    stored,
  };
}

/** The rows of a part, if what was stored is what the manifest says. @throws ParleyError PYBAK */
export async function unpackPart(part: BackupPart, stored: Buffer): Promise<Buffer> {
  if (stored.length !== part.storedBytes || sha256Of(stored) !== part.sha256)
    throw damaged("a part of it was changed");
  // The limit: a part that was made by hand could be larger than memory.
  const rows = await decompress(stored, { maxOutputLength: Math.max(part.bytes, 1) }).catch(
    (cause: unknown) => {
      throw damaged("a part of it is not compressed by zstd, or is larger than the manifest says", { cause });
    },
  );
  if (rows.length !== part.bytes) throw damaged("a part of it is smaller than the manifest says");
  return rows;
}

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
