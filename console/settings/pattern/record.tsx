import type { ReactNode } from "react";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { useWords } from "../../words/language.ts";
import { words } from "./words.ts";

/** A row of a list: its name, what there is to know about it, and what can be done with it. */
export function Record({
  lead,
  title,
  about,
  badges,
  onOpen,
  actions = [],
}: {
  /** Before the name: an avatar, a colour. */
  lead?: ReactNode;
  title: string;
  about?: ReactNode;
  badges?: ReactNode;
  onOpen?: (() => void) | undefined;
  actions?: readonly MenuItem[];
}) {
  const texts = useWords(words);
  return (
    <div className="record">
      {lead}
      <div className="text">
        {onOpen ? (
          <button type="button" className="title" onClick={onOpen}>
            {title}
          </button>
        ) : (
          <span className="title">{title}</span>
        )}
        {about && <div className="about">{about}</div>}
      </div>
      {badges && <div className="badges">{badges}</div>}
      {actions.length > 0 && <Menu label={texts.actionsOf(title)} items={actions} />}
    </div>
  );
}
