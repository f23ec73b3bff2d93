import { useMemo } from "react";
import { Icon } from "../../ui/icon.tsx";
import { useWords } from "../../words/language.ts";
import { useBuilder } from "../builder/builder_context.ts";
import { worstByNode } from "../builder/use_problems.ts";
import { lookOf } from "../canvas/kind_look.ts";
import { exitName, type GraphNode, typeOf } from "../graph/draft.ts";
import { exitsOf } from "../graph/exits.ts";
import { edgesBySource, readingOrder } from "../graph/order.ts";
import { builderWords } from "../words/builder_words.ts";
import { useNames } from "../words/use_names.ts";

/** The graph as a list, in the order of a run: each node, and where its exits lead. */
export function Outline() {
  const texts = useWords(builderWords);
  const names = useNames();
  const { draft, kinds, selection, open, problems } = useBuilder();
  const order = useMemo(() => readingOrder(draft, kinds), [draft, kinds]);
  const outgoing = useMemo(() => edgesBySource(draft.edges), [draft.edges]);
  const entered = useMemo(() => new Set(draft.edges.map(({ target }) => target)), [draft.edges]);
  const worst = useMemo(() => worstByNode(problems), [problems]);
  const byId = useMemo(() => new Map(draft.nodes.map((node) => [node.id, node])), [draft.nodes]);
  const linesOf = (node: GraphNode) => {
    const edges = outgoing.get(node.id) ?? [];
    const exits = exitsOf(node, kinds.get(typeOf(node)), edges);
    return edges.map((edge) => {
      const exit = exits.find(({ handle }) => handle === exitName(edge.sourceHandle));
      const target = byId.get(edge.target);
      return {
        key: edge.id ?? `${edge.sourceHandle} ${edge.target}`,
        exit: exit ? names.exit(exit, edges.length > 1) : (edge.sourceHandle ?? ""),
        target,
      };
    });
  };
  if (order.length === 0) return <p className="soft">{texts.outlineEmpty}</p>;
  return (
    <>
      <p className="soft hint">{texts.outlineHint}</p>
      <ol className="outline">
        {order.map((node) => {
          const type = typeOf(node);
          const { icon, group } = lookOf(type);
          const problem = worst.get(node.id);
          return (
            <li key={node.id}>
              <button
                type="button"
                className="node-link"
                aria-current={selection.has(node.id) || undefined}
                onClick={() => open(node.id)}
              >
                <span className={`kind ${group}`}>
                  <Icon name={icon} />
                </span>
                <span className="text">
                  <strong>{names.node(node)}</strong>
                  {!entered.has(node.id) && !kinds.get(type)?.isStart && <small>{texts.unreached}</small>}
                </span>
                {problem && (
                  <span className={`node-problem ${problem}`} title={texts.severity[problem]}>
                    <Icon name="warning" />
                  </span>
                )}
              </button>
              <ul className="leads">
                {linesOf(node).map(({ key, exit, target }) => (
                  <li key={key}>
                    <span>{exit}</span>
                    <Icon name="forward" />
                    {target && (
                      <button type="button" onClick={() => open(target.id)}>
                        {names.node(target)}
                      </button>
                    )}
                  </li>
                ))}
              </ul>
            </li>
          );
        })}
      </ol>
    </>
  );
}
