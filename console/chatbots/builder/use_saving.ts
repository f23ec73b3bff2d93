import { useRef, useState } from "react";
import { problemOf } from "../../graphql/problem.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { showProblem } from "../../ui/toasts.tsx";
import type { Draft } from "../graph/draft.ts";
import { isEqual } from "../graph/equal.ts";
import { CHATBOT, SAVE, type StoredChatbot } from "./documents.ts";
import { draftOf } from "./draft_of.ts";

/** A save that was refused, because somebody else has saved since the draft was read: what they saved. */
export type Conflict = { theirs: StoredChatbot };

/** Saves a draft, unless it has been changed since it was read. */
export function useSaving(initial: StoredChatbot, onSaved: (draft: Draft) => void) {
  const connection = useConnection();
  const [updatedAt, setUpdatedAt] = useState(initial.updatedAt);
  const [isSaving, setSaving] = useState(false);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  /** The draft as the server has it, as far as is known here. */
  const known = useRef(draftOf(initial));
  const { id } = initial;

  const save = async (draft: Draft, expectedUpdatedAt = updatedAt): Promise<boolean> => {
    const { name, description, nodes, edges, settings } = draft;
    const input = { id, name, description, nodes, edges, settings, expectedUpdatedAt };
    setSaving(true);
    try {
      const { saveChatbot } = await connection.mutate(SAVE, { input });
      setUpdatedAt(saveChatbot!.chatbot.updatedAt);
      known.current = draftOf(saveChatbot!.chatbot);
      onSaved(draft);
      setConflict(null);
      return true;
    } catch (error) {
      if (problemOf(error).code !== "PYUPD") {
        showProblem(error);
        return false;
      }
      const found = await readTheirs();
      // Activating a version changes the chatbot, but not its draft.
      if (found && isEqual(draftOf(found.theirs), known.current))
        return await save(draft, found.theirs.updatedAt);
      setConflict(found);
      return false;
    } finally {
      setSaving(false);
    }
  };

  const readTheirs = async (): Promise<Conflict | null> => {
    try {
      const { chatbot } = await connection.query(CHATBOT, { id });
      return chatbot && { theirs: chatbot };
    } catch (error) {
      showProblem(error);
      return null;
    }
  };

  return {
    save,
    isSaving,
    conflict,
    /** What was read is what is expected from now on. */
    accept: (theirs: StoredChatbot) => {
      setUpdatedAt(theirs.updatedAt);
      known.current = draftOf(theirs);
      setConflict(null);
    },
    cancel: () => setConflict(null),
  };
}
