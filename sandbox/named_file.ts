import { isJsonObject } from "./json.ts";
import { isMediaKind, type MediaKind } from "./media_types.ts";

/** A file that a message names by its media id. */
interface NamedFile {
  kind: MediaKind;
  id: string;
  isVoice: boolean;
  /** Where in the message, as Meta's errors write it. */
  path: string;
}

/** The file in the object of a message's type, or in the header of an interactive message. */
export function fileIn(type: string, content: unknown): NamedFile | undefined {
  if (!isJsonObject(content)) return undefined;
  if (!isJsonObject(content.header)) return fileOf(type, content, type);
  const kind = String(content.header.type);
  return fileOf(kind, content.header[kind], `${type}['header']['${kind}']`);
}

function fileOf(kind: string, media: unknown, path: string): NamedFile | undefined {
  if (!isMediaKind(kind) || !isJsonObject(media) || typeof media.id !== "string") return undefined;
  return { kind, id: media.id, isVoice: media.voice === true, path };
}
