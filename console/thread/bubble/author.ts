import type { Words } from "../words.ts";

type Written = {
  author: string;
  origin?: string;
  user: { id: string; name: string } | null;
  campaign?: { name: string } | null;
};

/** What the author of a message is called. */
export function nameOfAuthor(
  { author, origin, user, campaign }: Written,
  contactName: string,
  userId: string,
  texts: Words,
): string {
  if (author === "contact") return contactName;
  if (user) return user.id === userId ? texts.you : user.name;
  if (campaign) return texts.campaign(campaign.name);
  if (author === "chatbot") return texts.bot;
  return origin === "echo" || author === "user" ? texts.phoneApp : texts.program;
}

/** What a message without words is called: a word for its type. */
export function nameOfType(type: string, isVoice: boolean, texts: Words): string | null {
  const names: Readonly<Record<string, string>> = {
    image: texts.photo,
    video: texts.video,
    audio: isVoice ? texts.voice : texts.audio,
    document: texts.document,
    sticker: texts.sticker,
    location: texts.location,
    contacts: texts.contactCard,
    order: texts.order,
    template: texts.template,
  };
  return names[type] ?? null;
}

/** A message in one line. The API's own short forms, such as "[image]", are in English: a word of this language replaces them. */
export function summaryOf(
  { type, currentPreview, content }: { type: string; currentPreview: string | null; content?: unknown },
  texts: Words,
): string {
  const text = currentPreview ?? "";
  if (!/^\[[^\]]*\]$/.test(text)) return text;
  if (text === "[deleted]") return texts.deleted;
  const isVoice = text === "[voice]" || (content as { voice?: boolean } | null)?.voice === true;
  return nameOfType(type, isVoice, texts) ?? text.slice(1, -1);
}
