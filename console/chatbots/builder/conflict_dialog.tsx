import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import { countOf, type Difference, differenceOf, type Mark } from "../graph/difference.ts";
import type { GraphNode } from "../graph/draft.ts";
import { builderWords } from "../words/builder_words.ts";
import { useNames } from "../words/use_names.ts";
import { useBuilder } from "./builder_context.ts";
import { draftOf } from "./draft_of.ts";
import type { Conflict } from "./use_saving.ts";

/** Somebody else has saved in between: theirs or mine. What is not chosen is not lost at once, because taking theirs can be undone. */
export default function ConflictDialog({
  conflict: { theirs },
  onKeepMine,
  onTakeTheirs,
  onClose,
}: {
  conflict: Conflict;
  onKeepMine: () => void;
  onTakeTheirs: () => void;
  onClose: () => void;
}) {
  const texts = useWords(builderWords);
  const language = useLanguage();
  const { draft } = useBuilder();
  const stored = draftOf(theirs);
  const difference = differenceOf(stored, draft);
  const when = new Date(theirs.updatedAt).toLocaleString(language, {
    dateStyle: "medium",
    timeStyle: "short",
  });
  return (
    <Dialog title={texts.conflict} onClose={onClose}>
      <p>{texts.conflictHint(when)}</p>
      <p>{texts.conflictChanges(countOf(difference))}</p>
      <Differences difference={difference} nodes={[...stored.nodes, ...draft.nodes]} />
      <div className="actions">
        <Button onClick={onClose}>{texts.cancel}</Button>
        <Button onClick={onTakeTheirs} title={texts.takeTheirsHint}>
          {texts.takeTheirs}
        </Button>
        <Button look="primary" onClick={onKeepMine} title={texts.keepMineHint}>
          {texts.keepMine}
        </Button>
      </div>
    </Dialog>
  );
}

const MOST = 8;

function Differences({ difference, nodes }: { difference: Difference; nodes: readonly GraphNode[] }) {
  const texts = useWords(builderWords);
  const names = useNames();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const sides: Record<Mark, string> = {
    added: texts.onlyMine,
    removed: texts.onlyTheirs,
    changed: texts.inBoth,
  };
  const shown = [...difference.nodes].slice(0, MOST);
  return (
    <ul className="stack tight">
      {shown.map(([id, mark]) => (
        <li key={id} className="row spread">
          <span>{names.node(byId.get(id)!)}</span>
          <span className="badge">{sides[mark]}</span>
        </li>
      ))}
      {difference.nodes.size > MOST && <li className="soft">+ {difference.nodes.size - MOST}</li>}
    </ul>
  );
}
