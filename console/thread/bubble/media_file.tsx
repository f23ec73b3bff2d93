import { useEffect, useState } from "react";
import { useConnection } from "../../graphql/use_connection.ts";
import { useMay } from "../../session/member.ts";
import { Button } from "../../ui/button.tsx";
import { Icon, type IconName } from "../../ui/icon.tsx";
import { showProblem } from "../../ui/toasts.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import { type Bubble, FETCH_MEDIA } from "../documents.ts";
import { useThread } from "../thread_context.ts";
import { formatSize } from "../times.ts";
import { words } from "../words.ts";
import { nameOfType } from "./author.ts";
import { useMediaUrl } from "./use_media_url.ts";
import { VoicePlayer } from "./voice_player.tsx";

type Media = NonNullable<Bubble["media"]>;
const ICONS: Readonly<Record<string, IconName>> = {
  image: "image",
  sticker: "image",
  video: "video",
  audio: "microphone",
  document: "file",
};

/** The file of a message, or what there is instead of it. */
export function MediaFile({ message }: { message: Bubble }) {
  const { media, type, content } = message;
  const kind = type === "interactive" || type === "template" || type === "note" ? media?.type : type;
  if (media?.state === "stored")
    return <StoredFile message={message} media={media} kind={kind ?? "document"} />;
  if (media) return <MissingFile message={message} media={media} kind={kind ?? "document"} />;
  // Sent from an address or by an id of Meta's: Parley does not store it.
  return <LinkedFile kind={kind ?? "document"} link={content?.link} filename={content?.filename} />;
}

function StoredFile({ message, media, kind }: { message: Bubble; media: Media; kind: string }) {
  const texts = useWords(words);
  const { view } = useThread();
  const { address, hasFailed, retry } = useMediaUrl(message.id, true);
  const mimeType = media.mimeType ?? "";
  const isPicture = (kind === "image" || kind === "sticker") && /^image\/(jpeg|png|webp|gif)/.test(mimeType);
  if (hasFailed) return <p className="file-problem">{texts.addressFailed}</p>;
  if (isPicture && kind === "sticker")
    return (
      <div className="sticker">
        {address && <img src={address.url} alt={texts.sticker} loading="lazy" onError={retry} />}
      </div>
    );
  if (isPicture)
    return (
      <button type="button" className="picture" aria-label={texts.openPhoto} onClick={() => view(message)}>
        {address && <img src={address.url} alt="" onError={retry} />}
      </button>
    );
  if (kind === "video" && mimeType.startsWith("video/"))
    return (
      <button
        type="button"
        className="picture video"
        aria-label={texts.openVideo}
        onClick={() => view(message)}
      >
        {/* The first frame is the picture of the video. */}
        {address && (
          <video src={`${address.url}#t=0.1`} preload="metadata" muted tabIndex={-1} onError={retry} />
        )}
        <span className="play">
          <Icon name="play" />
        </span>
      </button>
    );
  if (kind === "audio" && (mimeType.startsWith("audio/") || mimeType.startsWith("video/")))
    return <VoicePlayer address={address?.url ?? null} isVoice={media.isVoice} onError={retry} />;
  return <FileCard media={media} kind={kind} download={address?.download ?? null} />;
}

/** A document, with its name and size; a click downloads it. */
function FileCard({ media, kind, download }: { media: Media; kind: string; download: string | null }) {
  const texts = useWords(words);
  const language = useLanguage();
  const name = media.filename ?? nameOfType(kind, media.isVoice, texts) ?? texts.document;
  const extension = /\.(\w{1,5})$/.exec(name)?.[1]?.toUpperCase();
  const about = [extension, media.size !== null && formatSize(media.size, language)]
    .filter(Boolean)
    .join(" · ");
  return (
    <a
      className="file-card"
      href={download ?? undefined}
      download={name}
      aria-label={`${texts.download}: ${name}`}
    >
      <Icon name={ICONS[kind] ?? "file"} />
      <span>
        <strong dir="auto">{name}</strong>
        <small>{about}</small>
      </span>
      <Icon name="download" />
    </a>
  );
}

/** A file that Parley does not have (yet), and how to get it. */
function MissingFile({ message, media, kind }: { message: Bubble; media: Media; kind: string }) {
  const texts = useWords(words);
  const language = useLanguage();
  const connection = useConnection();
  const mayFetch = useMay("agent");
  const { refresh } = useThread();
  const [isFetching, setFetching] = useState(false);
  useEffect(() => {
    if (media.state !== "pending") setFetching(false);
  }, [media.state]);
  const isPending = media.state === "pending" && media.errorCode === null;
  const canFetch = mayFetch && message.direction === "inbound" && media.state !== "gone" && !isPending;
  const fetchAgain = async () => {
    setFetching(true);
    try {
      await connection.mutate(FETCH_MEDIA, { mediaId: media.id });
      refresh(message.id);
    } catch (error) {
      setFetching(false);
      showProblem(error);
      refresh(message.id);
    }
  };
  const state = isPending ? texts.pending : media.state === "gone" ? texts.gone : texts.notStored;
  const size = media.size === null ? "" : ` · ${formatSize(media.size, language)}`;
  return (
    <div className="file-card missing">
      {isPending || isFetching ? <span className="spinner" /> : <Icon name={ICONS[kind] ?? "file"} />}
      <span>
        <strong dir="auto">{media.filename ?? nameOfType(kind, media.isVoice, texts)}</strong>
        <small>
          {isFetching ? texts.fetching : state}
          {size}
          {media.errorCode && ` (${media.errorCode})`}
        </small>
      </span>
      {canFetch && !isFetching && (
        <Button icon="download" onClick={() => void fetchAgain()}>
          {texts.fetchAgain}
        </Button>
      )}
    </div>
  );
}

function LinkedFile({ kind, link, filename }: { kind: string; link: unknown; filename: unknown }) {
  const texts = useWords(words);
  const name = typeof filename === "string" ? filename : nameOfType(kind, false, texts);
  const content = (
    <>
      <Icon name={ICONS[kind] ?? "file"} />
      <span>
        <strong dir="auto">{name}</strong>
        {typeof link === "string" && <small>{hostOf(link)}</small>}
      </span>
    </>
  );
  if (typeof link !== "string" || hostOf(link) === "")
    return <div className="file-card missing">{content}</div>;
  return (
    <a className="file-card" href={link} target="_blank" rel="noreferrer noopener">
      {content}
      <Icon name="link" />
    </a>
  );
}

/** Empty unless it is an address of the web. */
export function hostOf(link: string): string {
  const url = URL.canParse(link) ? new URL(link) : null;
  return url && /^https?:$/.test(url.protocol) ? url.host : "";
}
