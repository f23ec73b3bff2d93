import { Icon, type IconName } from "../ui/icon.tsx";
import { useWords } from "../words/language.ts";
import { words } from "./words.ts";

export type Outcome = keyof (typeof words)["en"]["ticks"];

const ICONS: Readonly<Record<Outcome, IconName>> = {
  queued: "clock",
  sending: "clock",
  sent: "check",
  delivered: "double-check",
  read: "double-check",
  played: "double-check",
  failed: "warning",
  uncertain: "help",
};

/** How far an outbound message is, as WhatsApp shows it. */
export function Ticks({ status }: { status: Outcome }) {
  const texts = useWords(words);
  return (
    <span className="ticks" data-status={status} title={texts.ticks[status]}>
      <Icon name={ICONS[status]} />
      <span className="visually-hidden">{texts.ticks[status]}: </span>
    </span>
  );
}
