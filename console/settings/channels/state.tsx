import { useWords } from "../../words/language.ts";
import type { Channel } from "./channel.ts";
import { words } from "./words.ts";

const LOOKS = { active: "badge accent", paused: "badge warning", stopped: "badge danger" } as const;

export function Status({ status }: { status: Channel["status"] }) {
  const texts = useWords(words);
  return <span className={LOOKS[status]}>{texts.statuses[status]}</span>;
}

const QUALITY_LOOKS = {
  GREEN: "badge",
  YELLOW: "badge warning",
  RED: "badge danger",
  UNKNOWN: "badge",
} as const;
type Rating = keyof typeof QUALITY_LOOKS;

/** Meta's rating of the number's quality; nothing where it has reported none, or does not know. */
export function Quality({ rating }: { rating: string | null | undefined }) {
  const texts = useWords(words);
  if (!rating || rating === "UNKNOWN") return null;
  return (
    <span className={QUALITY_LOOKS[rating as Rating] ?? "badge"}>
      {texts.qualities[rating as Rating] ?? rating}
    </span>
  );
}
