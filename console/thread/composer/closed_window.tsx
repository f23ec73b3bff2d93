import { useState } from "react";
import { Icon } from "../../ui/icon.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import type { Head } from "../documents.ts";
import type { Hindrance } from "./send_state.ts";
import { TemplatePicker } from "./template_picker.tsx";
import { composerWords } from "./words.ts";

/** In place of the text: why none can be sent, and what can. */
export function ClosedWindow({
  head,
  hindrance,
  hasDraft,
  onSent,
}: {
  head: Head;
  hindrance: Hindrance;
  hasDraft: boolean;
  onSent: () => void;
}) {
  const texts = useWords(composerWords);
  const language = useLanguage();
  // After a template is sent, the next one begins at the list again.
  const [sent, setSent] = useState(0);
  const hours = new Intl.NumberFormat(language).format(
    head.channel.kindCapabilities.replyWindow?.hours ?? 24,
  );
  const isClosed = hindrance === "closed";
  return (
    <div className="closed-window">
      <div className="notice warning" role="status">
        <Icon name={isClosed ? "clock" : "shield"} />
        <div>
          {isClosed ? (
            <>
              <strong>{texts.closedTitle}</strong>
              <p>{texts.closedText(hours)}</p>
            </>
          ) : (
            <strong>{texts.hindrance[hindrance]}</strong>
          )}
          {hasDraft && <p>{texts.draftKept}</p>}
        </div>
      </div>
      {isClosed && (
        <TemplatePicker
          key={sent}
          head={head}
          onSent={() => {
            setSent(sent + 1);
            onSent();
          }}
        />
      )}
    </div>
  );
}
