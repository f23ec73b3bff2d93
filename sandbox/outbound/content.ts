import { z } from "zod";
import { contacts } from "./contacts.ts";
import { interactive } from "./interactive.ts";
import { characters } from "./limits.ts";
import { audio, document, image, sticker, video } from "./media.ts";

const degrees = (limit: number) => z.coerce.number().min(-limit).max(limit);

/** What a business may send, by type: Meta's shapes and limits. Unknown keys are let through. */
export const CONTENT = {
  text: z.looseObject({ body: characters(4096), preview_url: z.boolean().optional() }),
  image,
  video,
  audio,
  document,
  sticker,
  location: z.looseObject({
    latitude: degrees(90),
    longitude: degrees(180),
    name: z.string().max(1000).optional(),
    address: z.string().max(1000).optional(),
  }),
  contacts,
  reaction: z.looseObject({ message_id: z.string().min(1).max(512), emoji: z.string().max(64) }),
  interactive,
  template: z.looseObject({
    name: characters(512),
    language: z.looseObject({ code: characters(20) }),
    components: z
      .array(z.looseObject({ type: z.string() }))
      .max(20)
      .optional(),
  }),
} satisfies Record<string, z.ZodType>;

export type ContentType = keyof typeof CONTENT;

export function isContentType(type: string): type is ContentType {
  return Object.hasOwn(CONTENT, type);
}
