import { IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import { formatSize } from "../times.ts";
import type { Attachment } from "./uploads.ts";
import { composerWords } from "./words.ts";

/** The files that are to be sent next, and how far their upload is. */
export function AttachmentTray({
  attachments,
  onRemove,
}: {
  attachments: readonly Attachment[];
  onRemove: (key: string) => void;
}) {
  const texts = useWords(composerWords);
  const language = useLanguage();
  if (attachments.length === 0) return null;
  const percent = new Intl.NumberFormat(language, { style: "percent" });
  return (
    <ul className="attachments">
      {attachments.map((each) => (
        <li key={each.key} className={each.problem ? "failed" : undefined}>
          <Preview attachment={each} />
          <div>
            <strong dir="auto">{each.name}</strong>
            <small>
              {each.problem
                ? `${texts.uploadFailed}: ${each.problem.message} (${each.problem.code})`
                : each.stored
                  ? formatSize(each.size, language)
                  : texts.uploading(percent.format(each.progress))}
            </small>
            {!each.stored && !each.problem && (
              <progress aria-label={each.name} max={1} value={each.progress} />
            )}
          </div>
          <IconButton label={texts.remove(each.name)} icon="close" onClick={() => onRemove(each.key)} />
        </li>
      ))}
    </ul>
  );
}

function Preview({ attachment: { mimeType, preview } }: { attachment: Attachment }) {
  if (mimeType.startsWith("image/")) return <img src={preview} alt="" />;
  if (mimeType.startsWith("audio/"))
    return (
      // biome-ignore lint/a11y/useMediaCaption: a recording that is about to be sent
      <audio src={preview} controls />
    );
  return <Icon name={mimeType.startsWith("video/") ? "video" : "file"} />;
}
