import { open } from "node:fs/promises";
import { ParleyError } from "../base/errors.ts";
import { cleanFilename } from "./clean_filename.ts";
import {
  essenceOf,
  type FileType,
  type MediaType,
  mayBeDeclared,
  OPUS,
  withExtension,
} from "./file_types.ts";
import { identifyFile, isAnimated } from "./identify_file.ts";

/** What the sender says of a file. */
type Declaration = {
  /** Its MIME type; empty: unknown. */
  mimeType: string;
  filename: string | undefined;
  /** The type of message that is to show it; defaults to what fits its content. */
  type?: MediaType | undefined;
  isVoice: boolean;
};

export type AcceptedFile = {
  type: MediaType;
  /** According to the content. */
  mimeType: string;
  /** With an extension of the type. */
  filename: string | null;
  isVoice: boolean;
  /** A limit in bytes besides that of the type; Infinity: none. */
  sizeLimit: number;
};

/** The limit for stickers that do not move; that of the type is for those that do. */
const STILL_STICKER_BYTES = 100 * 1024;

/**
 * Decides by its content what a file is, and whether that is what the sender says.
 * @throws ParleyError PYTYP
 */
export async function acceptFile(path: string, declaration: Declaration): Promise<AcceptedFile> {
  const declared = essenceOf(declaration.mimeType);
  const name = cleanFilename(declaration.filename ?? "");
  const found = await identifyFile(path, { declared, name });
  if (!found) throw refused("The content of the file is not of an accepted type");
  if (!mayBeDeclared(found, declared))
    throw refused(`The file is declared as ${declared}, but its content is ${found.mimeType}`);
  const type = typeFor(found, declaration);
  return {
    type,
    mimeType: found.mimeType,
    filename: name === "" ? null : withExtension(name, found),
    isVoice: declaration.isVoice,
    sizeLimit: type === "sticker" && !(await isMoving(path)) ? STILL_STICKER_BYTES : Number.POSITIVE_INFINITY,
  };
}

function typeFor(found: FileType, { type = found.type, isVoice }: Declaration): MediaType {
  if (isVoice && (found !== OPUS || type !== "audio"))
    throw refused(`\`voice\`: a voice note must be OGG with Opus and one channel, not ${found.mimeType}`);
  if (type !== "document" && type !== found.type)
    throw refused(`\`type\`: ${found.mimeType} cannot be sent as ${type}, but as ${found.type} or document`);
  return type;
}

async function isMoving(path: string): Promise<boolean> {
  await using file = await open(path, "r");
  const { buffer } = await file.read(Buffer.alloc(32), 0, 32, 0);
  return isAnimated(buffer);
}

function refused(message: string): ParleyError {
  return new ParleyError("PYTYP", message);
}
