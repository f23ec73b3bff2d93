import type { ReactNode } from "react";
import { useMember } from "../session/member.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { Menu, type MenuItem } from "../ui/menu.tsx";
import { useWords } from "../words/language.ts";
import { type Action, snoozeEnds } from "./actions.ts";
import type { Lookups } from "./use_lookups.ts";
import { words } from "./words.ts";

/** How many rows are selected, and what can be done with them. */
export function BulkBar({
  count,
  isClosed,
  lookups,
  onAct,
  onEnd,
}: {
  count: number;
  /** Whether the list shows closed conversations, which can be opened again. */
  isClosed: boolean;
  lookups: Lookups;
  onAct: (action: Action) => void;
  onEnd: () => void;
}) {
  const texts = useWords(words);
  const assignees = useAssignees(lookups, onAct);
  return (
    <div className="bulk-bar" role="toolbar" aria-label={texts.selectedCount(count)}>
      <div className="row spread">
        <strong role="status">{texts.selectedCount(count)}</strong>
        <IconButton label={texts.endSelection} icon="close" onClick={onEnd} />
      </div>
      <div className="actions">
        <BulkMenu label={texts.assign} icon="user" items={assignees} name="assign" />
        {isClosed ? (
          <Button icon="undo" onClick={() => onAct({ kind: "reopen" })}>
            {texts.reopen}
          </Button>
        ) : (
          <Button icon="check" onClick={() => onAct({ kind: "close" })}>
            {texts.close}
          </Button>
        )}
        <BulkMenu label={texts.snooze} icon="snooze" items={useSnoozes(onAct)} />
        {lookups.tags.length > 0 && (
          <BulkMenu
            label={texts.addTag}
            icon="tag"
            items={lookups.tags.map(({ id, name }) => ({
              label: name,
              onSelect: () => onAct({ kind: "tag", tagId: id }),
            }))}
          />
        )}
        <Button icon="eye" onClick={() => onAct({ kind: "markRead" })}>
          {texts.markRead}
        </Button>
      </div>
    </div>
  );
}

function BulkMenu({
  label,
  icon,
  items,
  name,
}: {
  label: string;
  icon: IconName;
  items: readonly MenuItem[];
  name?: string;
}) {
  const trigger: ReactNode = (
    <>
      <Icon name={icon} />
      {label}
    </>
  );
  return <Menu label={label} className={`button ${name ?? ""}`} trigger={trigger} items={items} />;
}

function useAssignees({ members, teams }: Lookups, onAct: (action: Action) => void): MenuItem[] {
  const texts = useWords(words);
  const { user } = useMember();
  const assign = (to: { userId?: string; teamId?: string }) => () => onAct({ kind: "assign", ...to });
  return [
    { label: texts.assignMe, icon: "user", onSelect: assign({ userId: user.id }) },
    ...members
      .filter(({ userId, role }) => userId !== user.id && role !== "viewer")
      .map(({ userId, user: member }) => ({
        label: member?.name ?? member?.email ?? "?",
        onSelect: assign({ userId }),
      })),
    ...teams.map(({ id, name }) => ({
      label: texts.toTeam(name),
      icon: "team" as const,
      onSelect: assign({ teamId: id }),
    })),
    { label: texts.unassign, icon: "close", onSelect: assign({}) },
  ];
}

function useSnoozes(onAct: (action: Action) => void): MenuItem[] {
  const texts = useWords(words);
  const { hour, tomorrow, monday } = snoozeEnds(new Date());
  const item = (label: string, until: string | null) => ({
    label,
    onSelect: () => onAct({ kind: "snooze", until }),
  });
  return [
    item(texts.inOneHour, hour),
    item(texts.tomorrow, tomorrow),
    item(texts.nextWeek, monday),
    item(texts.untilMessage, "infinity"),
    item(texts.endSnooze, null),
  ];
}
