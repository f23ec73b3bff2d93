import { useId } from "react";
import { Icon } from "../ui/icon.tsx";
import { Popover } from "../ui/popover.tsx";
import { useWords } from "../words/language.ts";
import { SaveView } from "./save_view.tsx";
import { choose } from "./use_choice.ts";
import type { Lookups } from "./use_lookups.ts";
import { type Choice, STATES, type State, usualState } from "./views.ts";
import { words } from "./words.ts";

/** Narrows the list by state, tag, channel, team and assignee; what is chosen can be kept as a view. */
export function Filters({
  choice,
  conversationId,
  lookups,
}: {
  choice: Choice;
  conversationId: string | null;
  lookups: Lookups;
}) {
  const texts = useWords(words);
  const { state, tag, channel, team, assignee } = choice;
  const count = [state !== usualState(choice.view), tag, channel, team, assignee].filter(Boolean).length;
  const change = (changes: Partial<Choice>) => choose({ ...choice, ...changes }, conversationId);
  return (
    <Popover
      label={texts.narrow}
      className="button icon-only quiet filter-button"
      trigger={
        <>
          <Icon name="filter" />
          {count > 0 && <span className="count">{count}</span>}
        </>
      }
    >
      {(close) => (
        <div className="filter-form">
          <Select
            label={texts.state}
            value={state}
            options={STATES.map((each) => [each, texts.states[each]] as const)}
            onChange={(value) => change({ state: value as State })}
          />
          <Select
            label={texts.assignee}
            value={assignee}
            any={texts.anyOf}
            options={lookups.members.map(({ userId, user }) => [userId, user?.name ?? "?"] as const)}
            onChange={(value) => change({ assignee: value })}
          />
          <Select
            label={texts.team}
            value={team}
            any={texts.anyOf}
            options={lookups.teams.map(({ id, name }) => [id, name] as const)}
            onChange={(value) => change({ team: value })}
          />
          <Select
            label={texts.tag}
            value={tag}
            any={texts.anyOf}
            options={lookups.tags.map(({ id, name }) => [id, name] as const)}
            onChange={(value) => change({ tag: value })}
          />
          <Select
            label={texts.channel}
            value={channel}
            any={texts.anyOf}
            options={lookups.channels.map(({ id, name }) => [id, name] as const)}
            onChange={(value) => change({ channel: value })}
          />
          <div className="row spread">
            <button
              type="button"
              className="button quiet"
              onClick={() =>
                change({
                  state: usualState(choice.view),
                  tag: null,
                  channel: null,
                  team: null,
                  assignee: null,
                })
              }
            >
              {texts.clear}
            </button>
            <SaveView choice={choice} conversationId={conversationId} onSaved={close} />
          </div>
        </div>
      )}
    </Popover>
  );
}

/** A choice among few; without any options there is nothing to choose. */
function Select({
  label,
  value,
  any,
  options,
  onChange,
}: {
  label: string;
  value: string | null;
  any?: string;
  options: readonly (readonly [value: string, label: string])[];
  onChange: (value: string | null) => void;
}) {
  const id = useId();
  if (options.length === 0) return null;
  return (
    <>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="input"
        value={value ?? ""}
        onChange={({ target }) => onChange(target.value || null)}
      >
        {any && <option value="">{any}</option>}
        {options.map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
    </>
  );
}
