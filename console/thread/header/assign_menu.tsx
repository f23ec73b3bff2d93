import { useState } from "react";
import { useQuery } from "urql";
import { useConnection } from "../../graphql/use_connection.ts";
import { useMember } from "../../session/member.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import { ASSIGN, COLLEAGUES, type Head, RELEASE } from "../documents.ts";
import { headerWords } from "./words.ts";

/** Who answers: a member, a team, or no one. */
export function AssignMenu({
  head,
  isOpen,
  onOpen,
  run,
}: {
  head: Head;
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
  run: (action: () => Promise<unknown>) => Promise<void>;
}) {
  const texts = useWords(headerWords);
  const { user } = useMember();
  const assignee = head.assignee?.user;
  const name = assignee?.id === user.id ? texts.you : assignee?.name;
  return (
    <>
      <Button
        className="assignee"
        aria-haspopup="dialog"
        aria-label={name ? texts.assignTo(name) : texts.assign}
        onClick={() => onOpen(true)}
      >
        {assignee ? <Avatar name={assignee.name} /> : <Icon name="team" />}
        <span>{name ?? texts.assign}</span>
      </Button>
      {isOpen && <AssignDialog head={head} run={run} onClose={() => onOpen(false)} />}
    </>
  );
}

function AssignDialog({
  head,
  run,
  onClose,
}: {
  head: Head;
  run: (action: () => Promise<unknown>) => Promise<void>;
  onClose: () => void;
}) {
  const texts = useWords(headerWords);
  const language = useLanguage();
  const connection = useConnection();
  const { user } = useMember();
  const [query, setQuery] = useState("");
  const [{ data }] = useQuery({ query: COLLEAGUES, requestPolicy: "cache-and-network" });
  const matches = (name: string) =>
    name.toLocaleLowerCase(language).includes(query.trim().toLocaleLowerCase(language));
  const members = (data?.memberships?.nodes ?? [])
    .filter(({ role, user: each }) => each && role !== "viewer" && matches(each.name))
    // The caller first: most often one takes what one looks at.
    .sort((one, other) => Number(other.user?.id === user.id) - Number(one.user?.id === user.id));
  const teams = (data?.teams?.nodes ?? []).filter(({ name }) => matches(name));
  const assign = (to: { userId?: string; teamId?: string }) => {
    onClose();
    void run(() => connection.mutate(ASSIGN, { id: head.id, ...to }));
  };
  const assignFirst = () => {
    const [member] = members;
    if (member?.user) assign({ userId: member.user.id });
    else if (teams[0]) assign({ teamId: teams[0].id });
  };
  return (
    <Dialog title={texts.assignTitle} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          assignFirst();
        }}
      >
        <input
          className="input"
          type="search"
          aria-label={texts.search}
          placeholder={texts.search}
          autoFocus
          value={query}
          onChange={({ target }) => setQuery(target.value)}
        />
      </form>
      {head.assigneeId !== null && (
        <Button
          icon="close"
          onClick={() => {
            onClose();
            void run(() => connection.mutate(RELEASE, { id: head.id }));
          }}
        >
          {texts.release}
        </Button>
      )}
      {members.length > 0 && (
        <section>
          <h3>{texts.members}</h3>
          <ul className="people">
            {members.map(({ nodeId, user: each, isAvailable }) => (
              <li key={nodeId}>
                <button type="button" onClick={() => assign({ userId: each!.id })}>
                  <Avatar name={each!.name} />
                  <span>{each!.id === user.id ? `${each!.name} (${texts.me})` : each!.name}</span>
                  {!isAvailable && <span className="badge">{texts.away}</span>}
                  {each!.id === head.assigneeId && <Icon name="check" />}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      {teams.length > 0 && (
        <section>
          <h3>{texts.teams}</h3>
          <ul className="people">
            {teams.map(({ id, name }) => (
              <li key={id}>
                <button type="button" onClick={() => assign({ teamId: id })}>
                  <Icon name="team" />
                  <span>{name}</span>
                  {id === head.teamId && <Icon name="check" />}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      {data && members.length === 0 && teams.length === 0 && <p className="soft">{texts.nobody}</p>}
    </Dialog>
  );
}
