import { useMemo } from "react";
import { useWords } from "../../words/language.ts";
import { useBuilder } from "../builder/builder_context.ts";
import { variablesOf } from "../graph/variables.ts";
import { builderWords } from "../words/builder_words.ts";
import { useNames } from "../words/use_names.ts";

/** Each variable, with the nodes that set it and those that use it. Results that nothing uses are left out. */
export function VariableList() {
  const texts = useWords(builderWords);
  const { draft, kinds } = useBuilder();
  const variables = useMemo(() => variablesOf(draft, kinds), [draft, kinds]);
  const shown = variables.filter(
    ({ name, usedBy, isSystem }) => usedBy.length > 0 || (!isSystem && !/_\d+\./.test(name)),
  );
  return (
    <>
      <p className="soft hint">{texts.variablesHint}</p>
      <ul className="variable-list">
        {shown.map(({ name, setBy, usedBy, isSystem }) => (
          <li key={name}>
            <code>{name}</code>
            <dl>
              <dt>{texts.setBy}</dt>
              <dd>
                {isSystem ? texts.systemVariable : <NodeNames ids={setBy} none={texts.neverSet} isWrong />}
              </dd>
              <dt>{texts.usedBy}</dt>
              <dd>
                <NodeNames ids={usedBy} none={texts.neverUsed} />
              </dd>
            </dl>
          </li>
        ))}
      </ul>
    </>
  );
}

function NodeNames({
  ids,
  none,
  isWrong = false,
}: {
  ids: readonly string[];
  none: string;
  isWrong?: boolean;
}) {
  const names = useNames();
  const { draft, open } = useBuilder();
  if (ids.length === 0) return <span className={isWrong ? "badge warning" : "soft"}>{none}</span>;
  return ids.map((id) => {
    const node = draft.nodes.find((each) => each.id === id);
    return (
      node && (
        <button key={id} type="button" className="node-chip" onClick={() => open(id)}>
          {names.node(node)}
        </button>
      )
    );
  });
}
