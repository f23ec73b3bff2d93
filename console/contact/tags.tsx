import { type FormEvent, useState } from "react";
import { useQuery } from "urql";
import { useConnection } from "../graphql/use_connection.ts";
import { useMay } from "../session/member.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { Icon } from "../ui/icon.tsx";
import { Menu } from "../ui/menu.tsx";
import { Section } from "../ui/section.tsx";
import { TagDot } from "../ui/tag_dot.tsx";
import { showProblem } from "../ui/toasts.tsx";
import { useWords } from "../words/language.ts";
import { ADD_TAG, type Contact, CREATE_TAG, REMOVE_TAG, TAGS_AND_GROUPS } from "./documents.ts";
import type { Reload } from "./panel.tsx";
import { words } from "./words.ts";

/** The tags of a contact: added from those that exist, or new ones. */
export function Tags({ contact, reload }: { contact: Contact; reload: Reload }) {
  const texts = useWords(words);
  const connection = useConnection();
  const mayChange = useMay("agent");
  const [{ data }] = useQuery({ query: TAGS_AND_GROUPS, requestPolicy: "cache-and-network" });
  const [isAdding, setAdding] = useState(false);
  const present = contact.contactTags.nodes;
  const others = (data?.tags?.nodes ?? [])
    .filter(({ id }) => !present.some(({ tag }) => tag.id === id))
    .sort((one, other) => one.name.localeCompare(other.name));
  const change = (work: Promise<unknown>) => void work.then(reload, showProblem);
  const add = (tagId: string) => connection.mutate(ADD_TAG, { contactId: contact.id, tagId });
  return (
    <>
      <Section
        title={texts.tags}
        action={
          mayChange && (
            <Menu
              label={texts.addTag}
              icon="plus"
              items={[
                ...others.map(({ id, name }) => ({ label: name, onSelect: () => change(add(id)) })),
                { label: texts.newTag, icon: "plus", onSelect: () => setAdding(true) },
              ]}
            />
          )
        }
      >
        {present.length === 0 ? (
          <p className="soft">{texts.none}</p>
        ) : (
          <ul className="chips">
            {present.map(({ nodeId, tag }) => (
              <li key={nodeId} className="chip">
                <TagDot color={tag.color} />
                <span dir="auto">{tag.name}</span>
                {mayChange && (
                  <button
                    type="button"
                    aria-label={texts.removeTag(tag.name)}
                    title={texts.removeTag(tag.name)}
                    onClick={() => change(connection.mutate(REMOVE_TAG, { nodeId }))}
                  >
                    <Icon name="close" />
                  </button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Section>
      {isAdding && (
        <NewTag
          onClose={() => setAdding(false)}
          onCreated={(tagId) => {
            setAdding(false);
            change(add(tagId));
          }}
        />
      )}
    </>
  );
}

function NewTag({ onClose, onCreated }: { onClose: () => void; onCreated: (tagId: string) => void }) {
  const texts = useWords(words);
  const connection = useConnection();
  const [name, setName] = useState("");
  const [color, setColor] = useState("#0a7556");
  const create = async (event: FormEvent) => {
    event.preventDefault();
    try {
      const { createTag } = await connection.mutate(CREATE_TAG, { tag: { name, color } });
      onCreated(createTag!.tag.id);
    } catch (error) {
      showProblem(error);
    }
  };
  return (
    <Dialog title={texts.newTag} onClose={onClose}>
      <form className="stack" onSubmit={(event) => void create(event)}>
        <Field label={texts.tagName}>
          {(given) => (
            <input
              {...given}
              className="input"
              required
              maxLength={100}
              value={name}
              onChange={({ target }) => setName(target.value)}
            />
          )}
        </Field>
        <Field label={texts.colour}>
          {(given) => (
            <input
              {...given}
              className="input"
              type="color"
              value={color}
              onChange={({ target }) => setColor(target.value)}
            />
          )}
        </Field>
        <div className="actions">
          <Button onClick={onClose}>{texts.cancel}</Button>
          <Button type="submit" look="primary">
            {texts.add}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
