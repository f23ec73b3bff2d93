import type { Readable } from "node:stream";

/** A file to hand over to the provider. */
export type OutboundFile = {
  mimeType: string;
  filename: string | null;
  /** In bytes. */
  size: number;
  /** Opens the bytes of the file, from byte `start` on; defaults to the first one. */
  open(start?: number): Promise<Readable>;
};
