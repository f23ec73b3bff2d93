import { z } from "zod";
import { characters, link, nodeId } from "./limits.ts";

/** The media objects of a send, with Meta's limits: each names a link or an uploaded id. */

const source = { id: nodeId.optional(), link: link.optional() };
const caption = characters(1024).optional();

function hasOneSource(media: { id?: string | undefined; link?: string | undefined }): boolean {
  return (media.id === undefined) !== (media.link === undefined);
}

const ONE_SOURCE = "Exactly one of id and link is required";

export const image = z.looseObject({ ...source, caption }).refine(hasOneSource, ONE_SOURCE);
export const video = image;
export const audio = z
  .looseObject({ ...source, voice: z.boolean().optional() })
  .refine(hasOneSource, ONE_SOURCE);
export const document = z
  .looseObject({ ...source, caption, filename: characters(240).optional() })
  .refine(hasOneSource, ONE_SOURCE);
export const sticker = z.looseObject(source).refine(hasOneSource, ONE_SOURCE);
