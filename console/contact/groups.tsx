import { useQuery } from "urql";
import { useConnection } from "../graphql/use_connection.ts";
import { useMay } from "../session/member.ts";
import { Icon } from "../ui/icon.tsx";
import { Menu } from "../ui/menu.tsx";
import { Section } from "../ui/section.tsx";
import { showProblem } from "../ui/toasts.tsx";
import { useWords } from "../words/language.ts";
import { ADD_TO_GROUP, type Contact, REMOVE_FROM_GROUP, TAGS_AND_GROUPS } from "./documents.ts";
import type { Reload } from "./panel.tsx";
import { words } from "./words.ts";

/** The groups that the contact is in. */
export function Groups({ contact, reload }: { contact: Contact; reload: Reload }) {
  const texts = useWords(words);
  const connection = useConnection();
  const mayChange = useMay("agent");
  const [{ data }] = useQuery({ query: TAGS_AND_GROUPS });
  const present = contact.groupContacts.nodes;
  const all = data?.groups?.nodes ?? [];
  const others = all
    .filter(({ id }) => !present.some(({ group }) => group.id === id))
    .sort((one, other) => one.name.localeCompare(other.name));
  const change = (work: Promise<unknown>) => void work.then(reload, showProblem);
  if (all.length === 0) return null;
  return (
    <Section
      title={texts.groups}
      action={
        mayChange &&
        others.length > 0 && (
          <Menu
            label={texts.addGroup}
            icon="plus"
            items={others.map(({ id, name }) => ({
              label: name,
              onSelect: () => change(connection.mutate(ADD_TO_GROUP, { contactId: contact.id, groupId: id })),
            }))}
          />
        )
      }
    >
      {present.length === 0 ? (
        <p className="soft">{texts.none}</p>
      ) : (
        <ul className="chips">
          {present.map(({ nodeId, group }) => (
            <li key={nodeId} className="chip">
              <span dir="auto">{group.name}</span>
              {mayChange && (
                <button
                  type="button"
                  aria-label={texts.removeGroup(group.name)}
                  title={texts.removeGroup(group.name)}
                  onClick={() => change(connection.mutate(REMOVE_FROM_GROUP, { nodeId }))}
                >
                  <Icon name="close" />
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
