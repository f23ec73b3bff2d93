import type { IconName } from "../ui/icon.tsx";
import type { words } from "./words.ts";

type Texts = (typeof words)["en"]["previews"];

/** What the API's placeholders mean, and the picture of a type whose text is only a caption. */
const ICONS: Readonly<Record<string, IconName>> = {
  image: "image",
  video: "video",
  audio: "microphone",
  voice: "microphone",
  sticker: "emoji",
  document: "file",
  location: "location",
  contacts: "user",
  order: "data",
  template: "template",
  media: "attach",
  form: "data",
  note: "note",
};

export type Preview = { text: string; icon: IconName | null; isPlaceholder: boolean };

/**
 * The last message in words. The API names a message without a text by its kind, in brackets: "[image]". A caption is shown behind
 * the picture of its type.
 */
export function previewOf(preview: string | null, type: string | undefined, texts: Texts): Preview | null {
  if (preview === null || preview === "") return null;
  const [, kind] = preview.match(/^\[([a-z ]+)\]$/) ?? [];
  if (kind === undefined) return { text: preview, icon: ICONS[type ?? ""] ?? null, isPlaceholder: false };
  const text = kind in texts ? texts[kind as keyof Texts] : capitalised(kind);
  return { text, icon: ICONS[kind] ?? ICONS[type ?? ""] ?? null, isPlaceholder: true };
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
