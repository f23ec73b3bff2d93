import { useState } from "react";
import { useConnection } from "../graphql/use_connection.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { showProblem } from "../ui/toasts.tsx";
import { useWords } from "../words/language.ts";
import { BLOCK, type Contact } from "./documents.ts";
import { nameOf } from "./name.ts";
import { words } from "./words.ts";

export type ManageProps = { contact: Contact; onClose: () => void; onDone: () => void };

export function BlockDialog({ contact, onClose, onDone }: ManageProps) {
  const texts = useWords(words);
  const connection = useConnection();
  const [atProvider, setAtProvider] = useState(false);
  const block = async () => {
    try {
      await connection.mutate(BLOCK, { contactId: contact.id, atProvider });
      onClose();
      onDone();
    } catch (error) {
      showProblem(error);
    }
  };
  return (
    <Dialog title={texts.blockTitle(nameOf(contact))} onClose={onClose}>
      <p>{texts.blockText}</p>
      <label className="row">
        <input
          type="checkbox"
          checked={atProvider}
          onChange={({ target }) => setAtProvider(target.checked)}
        />
        {texts.blockAtProvider}
      </label>
      <div className="actions">
        <Button onClick={onClose}>{texts.cancel}</Button>
        <Button look="danger" onClick={() => void block()}>
          {texts.block}
        </Button>
      </div>
    </Dialog>
  );
}
