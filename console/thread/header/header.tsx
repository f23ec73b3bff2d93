import { useState } from "react";
import { useConnection } from "../../graphql/use_connection.ts";
import { ContactToggle } from "../../inbox/contact_toggle.tsx";
import { useMay, useMember } from "../../session/member.ts";
import { useShortcuts } from "../../shell/keys.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { showProblem } from "../../ui/toasts.tsx";
import { useWords } from "../../words/language.ts";
import { useColleagues, useOwnPresence } from "../composer/presence.ts";
import { CLAIM, CLOSE, type Head, MARK_READ, REOPEN } from "../documents.ts";
import { AssignMenu } from "./assign_menu.tsx";
import { nameOfContact } from "./name_of_contact.ts";
import { SnoozeMenu } from "./snooze_menu.tsx";
import { StateLine } from "./state_line.tsx";
import { WindowBadge } from "./window_badge.tsx";
import { headerWords } from "./words.ts";

/** Who writes, who answers, and what can be done with the conversation. */
export function Header({
  head,
  hasChannels,
  onBack,
  onChanged,
}: {
  head: Head;
  hasChannels: boolean;
  onBack: () => void;
  onChanged: () => void;
}) {
  const texts = useWords(headerWords);
  const connection = useConnection();
  const { user } = useMember();
  const mayAct = useMay("agent");
  const colleagues = useColleagues(head.id);
  useOwnPresence(head.id);
  const [isAssigning, setAssigning] = useState(false);
  const name = nameOfContact(head.contact);
  const isOpen = head.status === "open";
  const run = async (action: () => Promise<unknown>) => {
    try {
      await action();
    } catch (error) {
      showProblem(error);
    }
    onChanged();
  };
  const toggle = () => run(() => connection.mutate(isOpen ? CLOSE : REOPEN, { id: head.id }));
  useShortcuts({
    Escape: onBack,
    ...(mayAct && {
      e: () => void toggle(),
      a: () => setAssigning(true),
      u: () => void run(() => connection.mutate(MARK_READ, { id: head.id })),
    }),
  });
  const about = [name !== head.contact.phone && head.contact.phone, hasChannels && head.channel.name].filter(
    (each) => typeof each === "string",
  );
  return (
    <header className="thread-header">
      <div className="thread-title">
        <IconButton className="back" label={texts.back} icon="back" onClick={onBack} />
        <Avatar name={name} />
        <div className="thread-name">
          <h2 dir="auto">{name}</h2>
          <p>
            <WindowBadge head={head} />
            {about.map((each) => (
              <span key={each} dir="auto">
                {each}
              </span>
            ))}
          </p>
        </div>
        <ContactToggle />
        {mayAct && (
          <div className="thread-actions">
            {head.assigneeId === null && (
              <Button icon="user" onClick={() => void run(() => connection.mutate(CLAIM, { id: head.id }))}>
                {texts.take}
              </Button>
            )}
            <AssignMenu head={head} isOpen={isAssigning} onOpen={setAssigning} run={run} />
            <SnoozeMenu head={head} run={run} />
            <Button icon={isOpen ? "check" : "refresh"} onClick={() => void toggle()}>
              {isOpen ? texts.close : texts.reopen}
            </Button>
          </div>
        )}
        {!mayAct && head.assignee?.user && (
          <span className="badge">
            <Icon name="user" />
            {head.assignee.user.id === user.id ? texts.you : head.assignee.user.name}
          </span>
        )}
      </div>
      <StateLine head={head} run={run} />
      <p className="colleagues" role="status">
        {colleagues.length > 0 && (
          <>
            <Icon name={colleagues.some(({ state }) => state === "typing") ? "edit" : "eye"} />
            {colleagues
              .map((each) => (each.state === "typing" ? texts.types(each.name) : texts.views(each.name)))
              .join(" · ")}
          </>
        )}
      </p>
    </header>
  );
}
