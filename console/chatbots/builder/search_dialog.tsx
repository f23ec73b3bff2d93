import { useMemo, useState } from "react";
import { Dialog } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { useWords } from "../../words/language.ts";
import { lookOf } from "../canvas/kind_look.ts";
import { typeOf } from "../graph/draft.ts";
import { readingOrder } from "../graph/order.ts";
import { searchNodes } from "../graph/search.ts";
import { builderWords } from "../words/builder_words.ts";
import { useNames } from "../words/use_names.ts";
import { useBuilder } from "./builder_context.ts";

const MOST = 50;

/** Finds nodes by what is written in them. Enter goes to the first one. */
export default function SearchDialog({ onClose }: { onClose: () => void }) {
  const texts = useWords(builderWords);
  const names = useNames();
  const { draft, kinds, open } = useBuilder();
  const [query, setQuery] = useState("");
  const nodes = useMemo(() => readingOrder(draft, kinds), [draft, kinds]);
  const found = useMemo(
    () => searchNodes(nodes, query, (node) => names.kind(typeOf(node))),
    [nodes, query, names],
  );
  const choose = (id: string) => {
    onClose();
    open(id);
  };
  return (
    <Dialog title={texts.search} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (found[0]) choose(found[0].node.id);
        }}
      >
        <input
          className="input"
          type="search"
          aria-label={texts.search}
          placeholder={texts.searchHint}
          value={query}
          onChange={({ target }) => setQuery(target.value)}
        />
        <p className="soft" role="status">
          {query.trim() !== "" && texts.found(found.length)}
        </p>
        <ul className="found">
          {found.slice(0, MOST).map(({ node, text }) => (
            <li key={node.id}>
              <button type="button" className="node-link" onClick={() => choose(node.id)}>
                <span className={`kind ${lookOf(typeOf(node)).group}`}>
                  <Icon name={lookOf(typeOf(node)).icon} />
                </span>
                <span className="text">
                  <strong>{names.node(node)}</strong>
                  <small>{text || names.kind(typeOf(node))}</small>
                </span>
              </button>
            </li>
          ))}
        </ul>
      </form>
    </Dialog>
  );
}
