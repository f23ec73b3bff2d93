import { useEffect, useRef } from "react";
import { IconButton } from "../../ui/button.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import type { Bubble } from "../documents.ts";
import { useThread } from "../thread_context.ts";
import { formatInstant } from "../times.ts";
import { words } from "../words.ts";
import { useMediaUrl } from "./use_media_url.ts";

/** Pictures and videos of the loaded thread, one at a time and in full. */
export function MediaViewer({
  messages,
  messageId,
  onShow,
  onClose,
}: {
  messages: readonly Bubble[];
  messageId: string;
  onShow: (messageId: string) => void;
  onClose: () => void;
}) {
  const texts = useWords(words);
  const language = useLanguage();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const shown = messages.filter(isViewable);
  const at = shown.findIndex(({ id }) => id === messageId);
  const message = shown[at];
  const { mediaUrls } = useThread();
  const show = (to: number) => shown[to] && onShow(shown[to].id);
  const download = async () => {
    const address = await mediaUrls.of(messageId).catch(() => null);
    if (address) location.assign(address.download);
  };
  return (
    <dialog
      ref={dialog}
      className="viewer"
      aria-label={texts.viewer}
      onClose={onClose}
      onKeyDown={({ key, target }) => {
        if (target instanceof HTMLVideoElement) return;
        if (key === "ArrowLeft") show(at - 1);
        if (key === "ArrowRight") show(at + 1);
      }}
      {...{ closedby: "any" }}
    >
      <header>
        <span>{message && formatInstant(message.occurredAt, language)}</span>
        <IconButton label={texts.download} icon="download" onClick={() => void download()} />
        <IconButton label={texts.close} icon="close" onClick={() => dialog.current?.close()} />
      </header>
      <div className="stage">
        <IconButton label={texts.previous} icon="back" disabled={at <= 0} onClick={() => show(at - 1)} />
        {message && <Stage key={message.id} message={message} />}
        <IconButton
          label={texts.next}
          icon="forward"
          disabled={at < 0 || at >= shown.length - 1}
          onClick={() => show(at + 1)}
        />
      </div>
      {message?.currentContent?.caption && (
        <p className="caption" dir="auto">
          {message.currentContent.caption}
        </p>
      )}
    </dialog>
  );
}

function Stage({ message }: { message: Bubble }) {
  const texts = useWords(words);
  const { address, hasFailed, retry } = useMediaUrl(message.id, true);
  if (hasFailed) return <p>{texts.addressFailed}</p>;
  if (!address) return <span className="spinner" />;
  if (message.media?.mimeType?.startsWith("video/"))
    return (
      // biome-ignore lint/a11y/useMediaCaption: what people send has no captions
      <video src={address.url} controls autoPlay onError={retry} />
    );
  return <img src={address.url} alt={message.currentContent?.caption ?? texts.photo} onError={retry} />;
}

function isViewable({ media, revokedAt }: Bubble): boolean {
  return (
    revokedAt === null &&
    media?.state === "stored" &&
    /^(image\/(jpeg|png|gif|webp)|video\/)/.test(media.mimeType ?? "")
  );
}
