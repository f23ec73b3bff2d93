import { useRef, useState } from "react";
import { useConnection } from "../../graphql/use_connection.ts";
import { go } from "../../routing/location.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { showProblem } from "../../ui/toasts.tsx";
import { useWords } from "../../words/language.ts";
import { listWords } from "../words/list_words.ts";
import { IMPORT, type ImportOutcome } from "./documents.ts";

/** Stores a chatbot from a file, an export of Parley or of Typebot, and says what of it could not be read. */
export function ImportButton() {
  const texts = useWords(listWords);
  const connection = useConnection();
  const input = useRef<HTMLInputElement>(null);
  const [outcome, setOutcome] = useState<ImportOutcome | null>(null);
  const read = async (file: File) => {
    const { importChatbot } = await connection.mutate(IMPORT, { file: await file.text() });
    const done = importChatbot!;
    if (done.problems.length === 0 && done.subflows.length === 0) go(`chatbots/${done.chatbot.id}`);
    else setOutcome(done);
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        hidden
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          target.value = "";
          if (file) read(file).catch(showProblem);
        }}
      />
      <Button icon="upload" onClick={() => input.current?.click()} title={texts.importHint}>
        {texts.import}
      </Button>
      {outcome && (
        <Dialog title={texts.imported(outcome.chatbot.name)} onClose={() => setOutcome(null)}>
          {outcome.subflows.length > 0 && <p>{texts.importedWith(outcome.subflows.join(", "))}</p>}
          {outcome.problems.length > 0 && <p>{texts.importProblems(outcome.problems.length)}</p>}
          <ul className="problems">
            {outcome.problems.slice(0, 50).map(({ code, message, severity }) => (
              <li key={`${code} ${message}`} className={`problem-row ${severity}`}>
                <Icon name="warning" />
                <span lang="en">{message}</span>
              </li>
            ))}
          </ul>
          <div className="actions">
            <Button look="primary" onClick={() => go(`chatbots/${outcome.chatbot.id}`)}>
              {texts.open}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}
