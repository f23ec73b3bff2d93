import { type FormEvent, useState } from "react";
import { useConnection } from "../graphql/use_connection.ts";
import { currentPath, go } from "../routing/location.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { showProblem, showToast } from "../ui/toasts.tsx";
import { useWords } from "../words/language.ts";
import type { ManageProps } from "./block_dialog.tsx";
import { ERASE } from "./documents.ts";
import { nameOf } from "./name.ts";
import { words } from "./words.ts";

/** Asks for the name, because nothing brings an erased contact back. */
export function EraseDialog({ contact, onClose }: Omit<ManageProps, "onDone">) {
  const texts = useWords(words);
  const connection = useConnection();
  const name = nameOf(contact);
  const [typed, setTyped] = useState("");
  const isConfirmed = typed.trim() === name;
  const erase = async (event: FormEvent) => {
    event.preventDefault();
    if (!isConfirmed) return;
    try {
      const { eraseContact } = await connection.mutate(ERASE, { contactId: contact.id });
      showToast(texts.erased(eraseContact?.erasure.messageCount ?? 0));
      onClose();
      // Back to the list in which the contact was.
      go(`${currentPath().split("/")[0]}${location.search}`, { isReplaced: true });
    } catch (error) {
      showProblem(error);
    }
  };
  return (
    <Dialog title={texts.erase} onClose={onClose}>
      <p>{texts.eraseText}</p>
      <form className="stack" onSubmit={(event) => void erase(event)}>
        <Field label={texts.eraseConfirm(name)}>
          {(given) => (
            <input
              {...given}
              className="input"
              autoComplete="off"
              dir="auto"
              value={typed}
              onChange={({ target }) => setTyped(target.value)}
            />
          )}
        </Field>
        <div className="actions">
          <Button onClick={onClose}>{texts.cancel}</Button>
          <Button type="submit" look="danger" disabled={!isConfirmed}>
            {texts.erase}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
