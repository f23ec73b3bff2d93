import { Icon, type IconName } from "../../ui/icon.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import type { Bubble } from "../documents.ts";
import { formatTime } from "../times.ts";
import { words } from "../words.ts";

const ICONS: Readonly<Record<string, IconName>> = {
  queued: "clock",
  sending: "clock",
  uncertain: "help",
  sent: "check",
  delivered: "double-check",
  read: "double-check",
  played: "double-check",
  failed: "warning",
};

/** How far a message of ours is, as WhatsApp shows it. */
export function Ticks({ status }: { status: NonNullable<Bubble["messageStatus"]> }) {
  const texts = useWords(words);
  const language = useLanguage();
  const steps = [
    ["sent", status.sentAt],
    ["delivered", status.deliveredAt],
    ["read", status.readAt],
    ["played", status.playedAt],
    ["failed", status.failedAt],
  ] as const;
  const history = steps
    .filter(([, at]) => at)
    .map(([step, at]) => texts.statusAt(texts.status[step], formatTime(at!, language)));
  const label = texts.status[status.status];
  return (
    <span className={`ticks ${status.status}`} title={history.join("\n") || label}>
      <Icon name={ICONS[status.status] ?? "clock"} />
      <span className="visually-hidden">{label}</span>
    </span>
  );
}
