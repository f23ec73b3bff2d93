import { type ReactNode, useEffect, useState } from "react";
import { useConnection } from "../../graphql/use_connection.ts";
import { useMay } from "../../session/member.ts";
import { Button } from "../../ui/button.tsx";
import { Icon, type IconName } from "../../ui/icon.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import { useHasPassed } from "../clock.ts";
import { CLAIM, HANDOVER, type Head, RETURN_TO_CHATBOT } from "../documents.ts";
import { formatInstant, formatTime } from "../times.ts";
import { headerWords } from "./words.ts";

/** Who is in charge, and what else holds for the conversation now; nothing if all is as usual. */
export function StateLine({
  head,
  run,
}: {
  head: Head;
  run: (action: () => Promise<unknown>) => Promise<void>;
}) {
  const texts = useWords(headerWords);
  const language = useLanguage();
  const connection = useConnection();
  const mayAct = useMay("agent");
  const note = useHandoverNote(head);
  const botRun = head.conversationContexts.nodes[0];
  const isPauseOver = useHasPassed(head.chatbotPausedUntil);
  const isPaused = head.chatbotPausedUntil !== null && !isPauseOver;
  const isHandedOver = head.handedOverAt !== null;
  const giveBack = () => void run(() => connection.mutate(RETURN_TO_CHATBOT, { id: head.id }));
  const takeOver = () => void run(() => connection.mutate(CLAIM, { id: head.id }));
  const facts: (ReactNode | false)[] = [
    head.contact.status === "blocked" && <Fact key="blocked" icon="shield" text={texts.blocked} />,
    head.contact.optedOutAt !== null && <Fact key="out" icon="bell" text={texts.optedOut} />,
    head.status === "closed" && <Fact key="closed" icon="check" text={texts.closed} />,
    head.status === "archived" && <Fact key="archived" icon="check" text={texts.archived} />,
    head.snoozedUntil !== null && (
      <Fact
        key="snoozed"
        icon="snooze"
        text={
          Number.isFinite(Date.parse(head.snoozedUntil))
            ? texts.snoozedUntil(formatInstant(head.snoozedUntil, language))
            : texts.untilMessage
        }
      />
    ),
    head.team && <Fact key="team" icon="team" text={texts.team(head.team.name)} />,
    head.waitingForPersonSince !== null && isHandedOver && (
      <Fact
        key="waiting"
        icon="clock"
        text={texts.waiting(formatTime(head.waitingForPersonSince, language))}
      />
    ),
    botRun && !isHandedOver && !isPaused && (
      <Fact
        key="run"
        icon="chatbot"
        text={[texts.runs(botRun.chatbot.name), botRun.waitingFor && texts.waits[botRun.waitingFor]]
          .filter(Boolean)
          .join(" · ")}
      >
        {mayAct && <Button onClick={takeOver}>{texts.takeOver}</Button>}
      </Fact>
    ),
    isPaused && !isHandedOver && (
      <Fact
        key="paused"
        icon="pause"
        text={texts.pausedUntil(formatTime(head.chatbotPausedUntil!, language))}
      >
        {mayAct && <Button onClick={giveBack}>{texts.giveBack}</Button>}
      </Fact>
    ),
    isHandedOver && (
      <Fact key="over" icon="user" text={note === null ? texts.handedOver : texts.handedOverNote(note)}>
        {mayAct && <Button onClick={giveBack}>{texts.giveBack}</Button>}
      </Fact>
    ),
  ];
  const shown = facts.filter((fact) => fact !== false && fact !== null && fact !== undefined);
  return shown.length === 0 ? null : <ul className="state-line">{shown}</ul>;
}

function Fact({ icon, text, children }: { icon: IconName; text: string; children?: ReactNode }) {
  return (
    <li>
      <Icon name={icon} />
      <span dir="auto">{text}</span>
      {children}
    </li>
  );
}

/** What the chatbot left for the team when it handed the conversation over; null if it left nothing. */
function useHandoverNote({ id, handedOverAt }: Head): string | null {
  const connection = useConnection();
  const [note, setNote] = useState<string | null>(null);
  useEffect(() => {
    setNote(null);
    if (handedOverAt === null) return;
    let isCurrent = true;
    connection.query(HANDOVER, { id, since: firstIdAt(handedOverAt) }).then(
      ({ conversation }) => {
        const found = conversation?.messages.nodes.find(({ content }) => content?.event === "handed_over");
        if (isCurrent) setNote(found?.content?.note ?? null);
      },
      // The notice stands in the thread, too.
      () => {},
    );
    return () => {
      isCurrent = false;
    };
  }, [connection, id, handedOverAt]);
  return note;
}

/** The smallest id of a message of that time: ids begin with it, in milliseconds. */
function firstIdAt(at: string): string {
  const time = (Date.parse(at) - 1_000).toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}
