import { useState } from "react";
import { useConnection } from "../../graphql/use_connection.ts";
import { Button } from "../../ui/button.tsx";
import { showProblem } from "../../ui/toasts.tsx";
import { useWords } from "../../words/language.ts";
import { type Bubble, EDIT_NOTE } from "../documents.ts";
import { useThread } from "../thread_context.ts";
import { words } from "../words.ts";

/** Changes the text of a note in its place. Whom it mentions stays. */
export function NoteEditor({ message, onClose }: { message: Bubble; onClose: () => void }) {
  const texts = useWords(words);
  const connection = useConnection();
  const { refresh } = useThread();
  const content = message.currentContent ?? message.content;
  const [body, setBody] = useState(String(content?.body ?? ""));
  const [isSaving, setSaving] = useState(false);
  const save = async () => {
    setSaving(true);
    try {
      const mentionedUserIds: string[] = content?.mentions ?? [];
      await connection.mutate(EDIT_NOTE, { input: { messageId: message.id, body, mentionedUserIds } });
      refresh(message.id);
      onClose();
    } catch (error) {
      setSaving(false);
      showProblem(error);
    }
  };
  return (
    <form
      className="note-editor"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <textarea
        className="input"
        aria-label={texts.editNote}
        // biome-ignore lint/a11y/noAutofocus: the note was just opened to be changed
        autoFocus
        rows={3}
        value={body}
        onChange={({ target }) => setBody(target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onClose();
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void save();
        }}
      />
      <div className="row">
        <Button onClick={onClose}>{texts.cancel}</Button>
        <Button look="primary" type="submit" disabled={isSaving || body.trim() === ""}>
          {texts.save}
        </Button>
      </div>
    </form>
  );
}
