import { useState } from "react";
import { useConnection } from "../graphql/use_connection.ts";
import { useMay } from "../session/member.ts";
import { Button } from "../ui/button.tsx";
import { Section } from "../ui/section.tsx";
import { showProblem, showToast } from "../ui/toasts.tsx";
import { useWords } from "../words/language.ts";
import { type Contact, UPDATE_CONTACT } from "./documents.ts";
import { words } from "./words.ts";

/** Emptied at sign-out. */
const keyOf = (contactId: string) => `parley.notes.${contactId}`;

/** What the team writes down about the contact. */
export function Notes({ contact }: { contact: Contact }) {
  const texts = useWords(words);
  const connection = useConnection();
  const mayChange = useMay("agent");
  const saved = contact.notes ?? "";
  /** What was written and not saved, also when another conversation was looked at in between. */
  const [unsaved, setUnsaved] = useState(() => sessionStorage.getItem(keyOf(contact.id)));
  const text = unsaved ?? saved;
  const setText = (next: string | null) => {
    setUnsaved(next);
    if (next === null) sessionStorage.removeItem(keyOf(contact.id));
    else sessionStorage.setItem(keyOf(contact.id), next);
  };
  const save = async () => {
    try {
      await connection.mutate(UPDATE_CONTACT, { id: contact.id, patch: { notes: text.trim() || null } });
      setText(null);
      showToast(texts.notesSaved);
    } catch (error) {
      showProblem(error);
    }
  };
  return (
    <Section title={texts.notes}>
      <textarea
        className="input"
        aria-label={texts.notes}
        placeholder={texts.notesHint}
        dir="auto"
        rows={3}
        readOnly={!mayChange}
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      {text !== saved && (
        <div className="row">
          <Button look="primary" className="small" onClick={() => void save()}>
            {texts.save}
          </Button>
          <Button look="quiet" className="small" onClick={() => setText(null)}>
            {texts.cancel}
          </Button>
        </div>
      )}
    </Section>
  );
}
