import { damaged } from "./damaged.ts";

/** Archives consist of blocks of this size. */
export const BLOCK = 512;

/** The place of each field in a header of the format "ustar" (POSIX.1-1988), which every tar reads. */
const NAME = [0, 100] as const;
const SIZE = [124, 12] as const;
const CHECKSUM = [148, 8] as const;
const KIND = 156;
const MAGIC = [257, 8] as const;
const PREFIX = [345, 155] as const;

const FILE = "0".charCodeAt(0);

/** The header of a file. `path` has at most one slash, which divides its two fields. */
export function tarHeader(path: string, size: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  const [name = "", folder = ""] = path.split("/").reverse();
  header.write(name, NAME[0]);
  header.write(folder, PREFIX[0]);
  header.write("0000600\0", 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  header.write(octal(size, SIZE), SIZE[0]);
  header.write(octal(0, [136, 12]), 136);
  header[KIND] = FILE;
  header.write("ustar\x0000", MAGIC[0], "latin1");
  header.write(checksumOf(header), CHECKSUM[0]);
  return header;
}

/** Reads a header; null for the block of zeros that ends an archive. @throws ParleyError PYBAK */
export function readTarHeader(header: Buffer): { path: string; size: number } | null {
  if (header.every((byte) => byte === 0)) return null;
  const [at, length] = CHECKSUM;
  const checksum = header.toString("latin1", at, at + length);
  const isHeader = text(header, MAGIC).startsWith("ustar") && checksum === checksumOf(header);
  if (!isHeader || header[KIND] !== FILE)
    throw damaged("it is not a file that Parley has written, or was changed");
  const folder = text(header, PREFIX);
  return {
    path: folder === "" ? text(header, NAME) : `${folder}/${text(header, NAME)}`,
    size: number(header, SIZE),
  };
}

/** How many bytes a file of this size takes, without its header. */
export function paddedSize(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

/** The sum of all bytes, where those of the checksum itself count as spaces; as it is written. */
function checksumOf(header: Buffer): string {
  const [at, length] = CHECKSUM;
  const isIts = (index: number) => index >= at && index < at + length;
  const sum = header.reduce((total, byte, index) => total + (isIts(index) ? 32 : byte), 0);
  return `${sum.toString(8).padStart(6, "0")}\0 `;
}

function octal(value: number, [, length]: readonly [number, number]): string {
  return `${value.toString(8).padStart(length - 1, "0")}\0`;
}

function text(header: Buffer, [at, length]: readonly [number, number]): string {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.subarray(0, end === -1 ? length : end).toString("latin1");
}

/** Octal digits only: a negative size would lead back to the same header, without end. */
function number(header: Buffer, field: readonly [number, number]): number {
  const digits = text(header, field);
  if (!/^[0-7]+$/.test(digits)) throw damaged("a size in it is not a number");
  return Number.parseInt(digits, 8);
}
