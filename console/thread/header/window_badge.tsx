import { Icon } from "../../ui/icon.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import { useNow } from "../clock.ts";
import type { Head } from "../documents.ts";
import { formatLeft } from "../times.ts";
import { headerWords } from "./words.ts";

const SOON_MS = 2 * 3_600_000;

/** How long the reply window is still open. */
export function WindowBadge({ head: { windowExpiresAt, channel, status } }: { head: Head }) {
  const texts = useWords(headerWords);
  const language = useLanguage();
  const now = useNow(10_000);
  if (channel.kindCapabilities.replyWindow === null) return null;
  const left = windowExpiresAt === null ? 0 : Date.parse(windowExpiresAt) - now;
  if (left <= 0)
    return (
      <span className="badge" title={texts.windowClosedLong}>
        {texts.windowClosed}
      </span>
    );
  const text = formatLeft(left, language);
  return (
    <span
      className={left < SOON_MS && status === "open" ? "badge warning" : "badge"}
      title={texts.openForLong(text)}
    >
      <Icon name="clock" />
      {texts.openFor(text)}
    </span>
  );
}
