import { useWords } from "../words/language.ts";
import { words } from "./words.ts";

const LOOK: Readonly<Record<string, string>> = {
  scheduled: "info",
  running: "accent",
  paused: "warning",
  failed: "danger",
};

export function CampaignBadge({ status }: { status: keyof typeof words.en.status }) {
  const texts = useWords(words);
  return <span className={`badge ${LOOK[status] ?? ""}`}>{texts.status[status]}</span>;
}
