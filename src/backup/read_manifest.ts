import { decodeManifest, LONGEST_MANIFEST, MANIFEST, type Manifest } from "./manifest.ts";
import type { BackupReader } from "./place.ts";

/** @throws ParleyError PYBAK */
export async function readManifest(reader: BackupReader): Promise<Manifest> {
  return decodeManifest(await reader.read(MANIFEST, LONGEST_MANIFEST));
}
