import { Readable } from "node:stream";
import type { OutboundFile } from "../channels/outbound_file.ts";
import type { MediaStorage } from "../media/storage.ts";

/** A file that is stored, as the database knows it. */
export type StoredFile = {
  storage_key: string;
  size: number;
  mime_type: string | null;
  filename: string | null;
};

/** A stored file, to hand over to a provider. It throws MissingFile or StorageError when it is opened. */
export function outboundFile(
  storage: Pick<MediaStorage, "open">,
  { storage_key, size, mime_type, filename }: StoredFile,
): OutboundFile {
  return {
    mimeType: mime_type ?? "application/octet-stream",
    filename,
    size,
    open: async (start = 0) => {
      if (start === 0) return (await storage.open(storage_key)).stream;
      if (start >= size) return Readable.from([]);
      return (await storage.open(storage_key, { start, end: size - 1 })).stream;
    },
  };
}
