import { useState } from "react";
import { useQuery } from "urql";
import { AudienceCount } from "../../audiences/audience_count.tsx";
import { useContactName } from "../../audiences/contact_name.ts";
import { ContactSearch } from "../../audiences/contact_search.tsx";
import {
  buildFilter,
  emptyCombination,
  inCombination,
  isComplete,
  parseFilter,
} from "../../audiences/filter_builder/filter.ts";
import { FilterBuilder } from "../../audiences/filter_builder/filter_builder.tsx";
import { graphql } from "../../graphql/graphql.ts";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { useFormat } from "../../words/format.ts";
import { useWords } from "../../words/language.ts";
import { type Chosen, readAudience, writeAudience } from "../audience.ts";
import { AUDIENCE_LISTS } from "../campaign_documents.ts";
import { words } from "../words.ts";
import type { Draft } from "./campaign_editor.tsx";
import { ImportAudience } from "./import_audience.tsx";

/** To whom: groups, segments and single contacts, or any filter. */
export function AudienceStep({
  draft,
  onChange,
}: {
  draft: Draft;
  onChange: (patch: Partial<Draft>) => void;
}) {
  const texts = useWords(words);
  const chosen = readAudience(draft.audience);
  const [part, setPart] = useState(() => (chosen ? null : parseFilter(draft.audience)));
  const audience = part ? (isComplete(part) ? buildFilter(part) : null) : draft.audience;
  const toConditions = () =>
    setPart(draft.audience === null ? emptyCombination() : inCombination(parseFilter(draft.audience)));
  const toLists = () => {
    setPart(null);
    if (!readAudience(draft.audience)) onChange({ audience: null });
  };
  return (
    <div className="audience">
      <div className="stack">
        {part ? (
          <>
            <FilterBuilder
              kind="contacts"
              part={part}
              onChange={(next) => {
                setPart(next);
                if (isComplete(next)) onChange({ audience: buildFilter(next) });
              }}
            />
            <div className="row wrap">
              <Button look="quiet" className="small" onClick={toLists}>
                {texts.asLists}
              </Button>
              {!chosen && <span className="soft small">{texts.loseFilter}</span>}
            </div>
          </>
        ) : (
          <>
            <p className="soft">{texts.audienceAbout}</p>
            <Lists
              chosen={chosen ?? { groups: [], segments: [], contacts: [] }}
              onChange={(next) => onChange({ audience: writeAudience(next) })}
            />
            <div>
              <Button look="quiet" icon="filter" className="small" onClick={toConditions}>
                {texts.asFilter}
              </Button>
            </div>
          </>
        )}
      </div>
      <aside className="card" aria-label={texts.matching}>
        <h2>{texts.matching}</h2>
        {audience === null && !part ? (
          <p className="soft">{texts.nobodyYet}</p>
        ) : (
          <AudienceCount filter={audience} />
        )}
      </aside>
    </div>
  );
}

function Lists({ chosen, onChange }: { chosen: Chosen; onChange: (chosen: Chosen) => void }) {
  const texts = useWords(words);
  const format = useFormat();
  const [{ data }, reload] = useQuery({ query: AUDIENCE_LISTS, requestPolicy: "cache-and-network" });
  const groups = data?.groups?.nodes ?? [];
  const segments = data?.segments?.nodes ?? [];
  const toggle = (kind: "groups" | "segments", { id, name }: { id: string; name: string }) => {
    // A filter may name them, too.
    const without = chosen[kind].filter((each) => each !== id && each.toLowerCase() !== name.toLowerCase());
    const isIn = without.length < chosen[kind].length;
    onChange({ ...chosen, [kind]: isIn ? without : [...without, id] });
  };
  const isChosen = (kind: "groups" | "segments", { id, name }: { id: string; name: string }) =>
    chosen[kind].some((each) => each === id || each.toLowerCase() === name.toLowerCase());
  const imported = (group: { id: string }) => {
    reload({ requestPolicy: "network-only" });
    onChange({ ...chosen, groups: [...new Set([...chosen.groups, group.id])] });
  };
  return (
    <>
      {data && groups.length + segments.length === 0 && <p>{texts.noLists}</p>}
      {groups.length > 0 && (
        <fieldset className="choices">
          <legend>{texts.groups}</legend>
          {groups.map((group) => (
            <label key={group.id}>
              <input
                type="checkbox"
                checked={isChosen("groups", group)}
                onChange={() => toggle("groups", group)}
              />
              <span>{group.name}</span>
              <span className="soft small">
                {group.count === 1 ? texts.oneContact : texts.contacts(format.number(group.count))}
              </span>
            </label>
          ))}
        </fieldset>
      )}
      {segments.length > 0 && (
        <fieldset className="choices">
          <legend>{texts.segments}</legend>
          {segments.map((segment) => (
            <label key={segment.id}>
              <input
                type="checkbox"
                checked={isChosen("segments", segment)}
                onChange={() => toggle("segments", segment)}
              />
              <span>{segment.name}</span>
              <span className="soft small">{segment.description}</span>
            </label>
          ))}
        </fieldset>
      )}
      <People ids={chosen.contacts} onChange={(contacts) => onChange({ ...chosen, contacts })} />
      <ImportAudience onImported={imported} />
    </>
  );
}

const PEOPLE = graphql(`
  query AudiencePeople($ids: [UUID!]) {
    contacts(first: 100, filter: { id: { in: $ids } }) { nodes { id name profileName phone email status } }
  }
`);

function People({ ids, onChange }: { ids: readonly string[]; onChange: (ids: readonly string[]) => void }) {
  const texts = useWords(words);
  const nameOf = useContactName();
  const [{ data }] = useQuery({
    query: PEOPLE,
    variables: { ids: [...ids] },
    pause: ids.length === 0,
  });
  const known = new Map(data?.contacts?.nodes.map((contact) => [contact.id, nameOf(contact).name]));
  return (
    <fieldset className="choices">
      <legend>{texts.people}</legend>
      {ids.length > 0 && (
        <ul className="chips">
          {ids.map((id) => (
            <li key={id} className="chip">
              {known.get(id) ?? "…"}
              <button
                type="button"
                aria-label={texts.removePerson(known.get(id) ?? "")}
                onClick={() => onChange(ids.filter((each) => each !== id))}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      {/* A list of a filter has at most 100 values. */}
      {ids.length < 100 && (
        <ContactSearch label={texts.addPerson} onChoose={({ id }) => onChange([...new Set([...ids, id])])} />
      )}
    </fieldset>
  );
}
