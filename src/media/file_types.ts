/** How messages show a file: the types of message that have one. */
export const MEDIA_TYPES = ["image", "video", "audio", "document", "sticker"] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

/** A type of file that is accepted and served. */
export type FileType = {
  mimeType: string;
  /** The type of message that shows it; any file can be sent as a document as well. */
  type: MediaType;
  /** Extensions of its names; the first is added to a name that has none of them. */
  extensions: readonly [string, ...string[]];
  /** What browsers and other programs call it, besides its MIME type. */
  aliases: RegExp;
  /** Browsers show or play it, and run nothing in it. */
  isShown: boolean;
};

const IMAGE = /^image\/(?!svg)/;
/** MP4, OGG and 3GPP hold sound and pictures alike. */
const SOUND_OR_VIDEO = /^(?:audio\/|video\/|application\/ogg$)/;
const ZIPPED = /^application\/(?:zip|x-zip-compressed)$/;
const NONE = /^(?!)/;

const shown = (type: MediaType, aliases: RegExp, mimeType: string, ...extensions: FileType["extensions"]) =>
  ({ mimeType, type, extensions, aliases, isShown: true }) satisfies FileType;
const kept = (aliases: RegExp, mimeType: string, ...extensions: FileType["extensions"]) =>
  ({ mimeType, type: "document", extensions, aliases, isShown: false }) satisfies FileType;

const OFFICE = "application/vnd.openxmlformats-officedocument";

export const TEXT = kept(
  /^(?:text\/(?!html|xml|javascript)[\w.+-]+|application\/(?:json|csv|vnd\.ms-excel|x-subrip))$/,
  "text/plain",
  ...["txt", "csv", "tsv", "text", "log", "md", "json", "ics", "vcf", "srt", "vtt"],
);
export const OPUS = shown("audio", SOUND_OR_VIDEO, "audio/ogg; codecs=opus", "ogg", "oga", "opus");
export const MP4_AUDIO = shown("audio", SOUND_OR_VIDEO, "audio/mp4", "m4a", "mp4");
const WEBP = shown("sticker", IMAGE, "image/webp", "webp");
/** Word, Excel and PowerPoint until 2003 share one container. */
export const OLD_OFFICE = [
  kept(NONE, "application/msword", "doc", "dot"),
  kept(NONE, "application/vnd.ms-excel", "xls", "xlt"),
  kept(NONE, "application/vnd.ms-powerpoint", "ppt", "pps"),
];

/**
 * All types that are accepted. What can run is not among them: HTML, SVG and other XML, scripts, programs, packages
 * (APK, JAR), documents with macros, shortcuts. (Macros in the types of Word, Excel and PowerPoint until 2003 are not
 * detected.)
 */
export const FILE_TYPES: readonly FileType[] = [
  shown("image", IMAGE, "image/jpeg", "jpg", "jpeg", "jpe", "jfif"),
  shown("image", IMAGE, "image/png", "png"),
  WEBP,
  shown("document", IMAGE, "image/gif", "gif"),
  kept(IMAGE, "image/heic", "heic", "heif"),
  kept(IMAGE, "image/tiff", "tif", "tiff"),
  kept(IMAGE, "image/bmp", "bmp"),
  OPUS,
  MP4_AUDIO,
  shown("audio", SOUND_OR_VIDEO, "audio/mpeg", "mp3", "mpga"),
  shown("audio", SOUND_OR_VIDEO, "audio/aac", "aac"),
  shown("audio", SOUND_OR_VIDEO, "audio/amr", "amr"),
  shown("document", SOUND_OR_VIDEO, "audio/ogg", "ogg", "oga"),
  shown("document", SOUND_OR_VIDEO, "audio/wav", "wav"),
  shown("document", SOUND_OR_VIDEO, "audio/flac", "flac"),
  shown("video", SOUND_OR_VIDEO, "video/mp4", "mp4", "m4v"),
  shown("video", SOUND_OR_VIDEO, "video/3gpp", "3gp", "3gpp"),
  shown("document", SOUND_OR_VIDEO, "video/webm", "webm"),
  kept(SOUND_OR_VIDEO, "video/quicktime", "mov"),
  kept(/^application\/x-pdf$/, "application/pdf", "pdf"),
  kept(ZIPPED, `${OFFICE}.wordprocessingml.document`, "docx"),
  kept(ZIPPED, `${OFFICE}.spreadsheetml.sheet`, "xlsx"),
  kept(ZIPPED, `${OFFICE}.presentationml.presentation`, "pptx"),
  kept(ZIPPED, "application/vnd.oasis.opendocument.text", "odt"),
  kept(ZIPPED, "application/vnd.oasis.opendocument.spreadsheet", "ods"),
  kept(ZIPPED, "application/vnd.oasis.opendocument.presentation", "odp"),
  ...OLD_OFFICE,
  kept(/^(?:text\/rtf|application\/msword)$/, "application/rtf", "rtf"),
  kept(ZIPPED, "application/zip", "zip"),
  TEXT,
];

/** Names that say nothing about a file. */
const UNKNOWN = /^(?:(?:application|binary)\/octet-stream)?$/;

/** Whether a sender may have called a file of this type so: a picture is a picture, whatever its format. */
export function mayBeDeclared({ mimeType, aliases }: FileType, declared: string): boolean {
  return UNKNOWN.test(declared) || declared === essenceOf(mimeType) || aliases.test(declared);
}

/** A MIME type without parameters, in lower case. */
export function essenceOf(mimeType: string): string {
  return mimeType.split(";", 1)[0]!.trim().toLowerCase();
}

/** The name with an extension of its type, so that no one opens a file as something else: `page.html` → `page.html.txt`. */
export function withExtension(name: string, { extensions }: FileType): string {
  return extensions.includes(extensionOf(name)) ? name : `${name}.${extensions[0]}`;
}

/** The name of a file that has none: `image.png`, or `document` if its type is not known. */
export function defaultName(type: string, contentType: string): string {
  const found = FILE_TYPES.find(({ mimeType }) => mimeType === contentType);
  return found ? withExtension(type, found) : type;
}

export function extensionOf(name: string): string {
  return /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
}
