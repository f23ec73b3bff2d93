import { useState } from "react";
import { useConnection } from "../../graphql/use_connection.ts";
import { go } from "../../routing/location.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { showProblem } from "../../ui/toasts.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import { listWords } from "../words/list_words.ts";
import { CREATE } from "./documents.ts";

/** A chatbot that greets: the least that does something. */
export function NewDialog({ onClose }: { onClose: () => void }) {
  const texts = useWords(listWords);
  const language = useLanguage();
  const connection = useConnection();
  const [name, setName] = useState("");
  const [isBusy, setBusy] = useState(false);
  const create = async () => {
    setBusy(true);
    try {
      const nodes = [
        { id: "start", type: "start", position: { x: 0, y: 0 }, data: {} },
        { id: "message-1", type: "message", position: { x: 300, y: 0 }, data: { content: texts.greeting } },
      ];
      const edges = [{ id: "start-message-1", source: "start", target: "message-1" }];
      const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
      const input = { name: name.trim(), nodes, edges, settings: { language, timeZone } };
      const { saveChatbot } = await connection.mutate(CREATE, { input });
      go(`chatbots/${saveChatbot!.chatbot.id}`);
    } catch (error) {
      setBusy(false);
      showProblem(error);
    }
  };
  return (
    <Dialog title={texts.create} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
        <Field label={texts.name} hint={texts.nameHint}>
          {(given) => (
            <input
              {...given}
              className="input"
              required
              maxLength={255}
              value={name}
              onChange={({ target }) => setName(target.value)}
            />
          )}
        </Field>
        <div className="actions">
          <Button onClick={onClose}>{texts.cancel}</Button>
          <Button look="primary" type="submit" disabled={isBusy || name.trim() === ""}>
            {texts.create}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
