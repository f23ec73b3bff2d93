import { useWords } from "../words/language.ts";
import { words } from "./words.ts";

const LOOK: Readonly<Record<string, string>> = {
  approved: "accent",
  pending: "info",
  in_appeal: "info",
  rejected: "danger",
  disabled: "danger",
  limit_exceeded: "danger",
  paused: "warning",
};

export function StatusBadge({ status }: { status: keyof typeof words.en.status }) {
  const texts = useWords(words);
  return <span className={`badge ${LOOK[status] ?? ""}`}>{texts.status[status]}</span>;
}

const QUALITY_LOOK = { GREEN: "accent", YELLOW: "warning", RED: "danger", UNKNOWN: "" };

/** Of what Meta calls GREEN, YELLOW or RED; nothing while it is not known. */
export function QualityBadge({ rating }: { rating: string | null }) {
  const texts = useWords(words);
  if (rating === null || rating === "UNKNOWN" || !(rating in QUALITY_LOOK)) return null;
  const known = rating as keyof typeof QUALITY_LOOK;
  return <span className={`badge ${QUALITY_LOOK[known]}`}>{texts.quality[known]}</span>;
}
