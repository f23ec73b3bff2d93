import type { Bubble, Head } from "../documents.ts";
import type { Order } from "../messages/unsent.ts";
import type { StoredMedia } from "./uploads.ts";

type Written = {
  head: Pick<Head, "id">;
  isNote: boolean;
  text: string;
  stored: readonly StoredMedia[];
  quoted: Pick<Bubble, "id"> | null;
  mentioned: readonly string[];
};

/** Files that have a caption. */
const CAPTIONED: ReadonlySet<string> = new Set(["image", "video", "document"]);

/**
 * What was written as messages: each file is one. The text is the caption of the first file that can have one, or a message before
 * the files.
 */
export function ordersOf({ head, isNote, text, stored, quoted, mentioned }: Written): {
  order: Order;
  text: string;
  fileType: string | null;
}[] {
  const conversationId = head.id;
  const body = text.trim();
  const captioned = stored.findIndex(({ type }) => isNote || CAPTIONED.has(type));
  const quotes = quoted ? { replyToId: quoted.id } : {};
  const files = stored.map((media, at) => {
    const caption = at === captioned ? body : "";
    const order: Order = isNote
      ? {
          kind: "note",
          input: {
            conversationId,
            mediaId: media.id,
            ...(caption && { body: caption, mentionedUserIds: [...mentioned] }),
          },
        }
      : {
          kind: "message",
          input: { conversationId, type: media.type, mediaId: media.id, content: caption ? { caption } : {} },
        };
    return { order, text: caption, fileType: media.type as string | null };
  });
  if (body !== "" && captioned < 0) {
    const order: Order = isNote
      ? { kind: "note", input: { conversationId, body, mentionedUserIds: [...mentioned] } }
      : { kind: "message", input: { conversationId, content: { body } } };
    files.unshift({ order, text: body, fileType: null });
  }
  if (files[0]) Object.assign(files[0].order.input, quotes);
  return files;
}
