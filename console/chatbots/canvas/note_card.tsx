import type { NodeProps } from "@xyflow/react";
import { memo, useContext } from "react";
import { useWords } from "../../words/language.ts";
import { BuilderContext } from "../builder/builder_context.ts";
import { putNote } from "../graph/edits.ts";
import { builderWords } from "../words/builder_words.ts";
import type { NoteNode } from "./flow_nodes.ts";

/** A note for authors. It stays where it is put; a run knows nothing of it. */
export const NoteCard = memo(function NoteCard({ data: { note }, selected }: NodeProps<NoteNode>) {
  const { noteText } = useWords(builderWords);
  const builder = useContext(BuilderContext);
  return (
    <div className={selected ? "note-card selected" : "note-card"}>
      <textarea
        className="nodrag nowheel"
        aria-label={noteText}
        value={note.text}
        readOnly={builder === null}
        onChange={({ target }) =>
          builder?.change((draft) => putNote(draft, { ...note, text: target.value }), `note ${note.id}`)
        }
      />
    </div>
  );
});
