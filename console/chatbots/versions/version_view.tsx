import { Background, Controls, MiniMap, ReactFlow, ReactFlowProvider, useReactFlow } from "@xyflow/react";
import { useMemo } from "react";
import { useQuery } from "urql";
import { problemOf } from "../../graphql/problem.ts";
import { Link } from "../../routing/link.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Failed, Loading } from "../../ui/states.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import { useBuilder } from "../builder/builder_context.ts";
import { draftOf } from "../builder/draft_of.ts";
import { NODE_TYPES, overviewClass } from "../canvas/canvas.tsx";
import { type CanvasNode, FlowNodes, flowEdges } from "../canvas/flow_nodes.ts";
import { countOf, type Difference, differenceOf } from "../graph/difference.ts";
import { type Draft, type GraphNode, positionOf } from "../graph/draft.ts";
import { builderWords } from "../words/builder_words.ts";
import { canvasWords } from "../words/canvas_words.ts";
import { fieldLabel } from "../words/field_words.ts";
import { useNames } from "../words/use_names.ts";
import { versionWords } from "../words/version_words.ts";
import { VERSION_GRAPH } from "./documents.ts";

/** A version beside the draft, on one canvas: what is new, removed and changed since then. */
export default function VersionView({ number }: { number: number }) {
  const texts = useWords(versionWords);
  const { chatbot, draft } = useBuilder();
  const [{ data, error }] = useQuery({ query: VERSION_GRAPH, variables: { id: chatbot.id, number } });
  const [version] = data?.chatbot?.versions.nodes ?? [];
  const compared = useMemo(() => {
    if (!version) return null;
    const before = draftOf({ name: "", description: null, ...version });
    return { before, difference: differenceOf(before, draft), union: unionOf(before, draft) };
  }, [version, draft]);
  return (
    <section className="version-view" aria-label={texts.comparing(number)}>
      <header className="toolbar">
        <Link to={`chatbots/${chatbot.id}`} className="button quiet">
          <Icon name="back" />
          {texts.back}
        </Link>
        <h2>{texts.comparing(number)}</h2>
      </header>
      {error ? (
        <Failed message={problemOf(error).message} />
      ) : !data ? (
        <Loading label={texts.loading} />
      ) : !compared ? (
        <Failed message={texts.noVersion(number)} />
      ) : (
        <ReactFlowProvider>
          <div className="compared">
            <ComparedCanvas union={compared.union} difference={compared.difference} />
            <DifferenceList {...compared} />
          </div>
        </ReactFlowProvider>
      )}
    </section>
  );
}

/** Both graphs in one, with what was removed where it was. */
function unionOf(before: Draft, after: Draft): Draft {
  const known = new Set(after.nodes.map(({ id }) => id));
  const drawn = new Set(
    after.edges.map(({ source, sourceHandle, target }) => [source, sourceHandle, target].join("\n")),
  );
  const nodes = [...after.nodes, ...before.nodes.filter(({ id }) => !known.has(id))];
  const gone = before.edges.filter(
    ({ source, sourceHandle, target }) => !drawn.has([source, sourceHandle, target].join("\n")),
  );
  return { ...after, nodes, edges: [...after.edges, ...gone.map(({ id: _, ...edge }) => edge)] };
}

function ComparedCanvas({ union, difference }: { union: Draft; difference: Difference }) {
  const { kinds } = useBuilder();
  const names = useNames();
  const texts = useWords(builderWords);
  const labels = useWords(canvasWords);
  const nodes = useMemo(
    () =>
      new FlowNodes().nodes(union, kinds, { marks: difference }, (node) =>
        label(node, difference, names.node, texts.marks),
      ),
    [union, kinds, difference, names, texts],
  );
  const edges = useMemo(() => flowEdges(union, kinds, { marks: difference }), [union, kinds, difference]);
  return (
    <div className="canvas" dir="ltr">
      <ReactFlow
        defaultNodes={nodes}
        defaultEdges={edges}
        nodeTypes={NODE_TYPES}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        deleteKeyCode={null}
        minZoom={0.1}
        fitView
        ariaLabelConfig={labels}
        proOptions={{ hideAttribution: true }}
      >
        <Background gap={24} size={1.5} />
        <Controls showInteractive={false} position="bottom-left" />
        <MiniMap<CanvasNode> pannable zoomable position="bottom-right" nodeClassName={overviewClass} />
      </ReactFlow>
    </div>
  );
}

function label(
  node: GraphNode,
  { nodes }: Difference,
  name: (node: GraphNode) => string,
  marks: Record<"added" | "removed" | "changed", string>,
): string {
  const mark = nodes.get(node.id);
  return mark ? `${name(node)} (${marks[mark]})` : name(node);
}

function DifferenceList({ difference, union }: { difference: Difference; union: Draft }) {
  const texts = useWords(versionWords);
  const { marks } = useWords(builderWords);
  const language = useLanguage();
  const names = useNames();
  const { setCenter } = useReactFlow();
  const byId = new Map(union.nodes.map((node) => [node.id, node]));
  const count = countOf(difference);
  const edgeMarks = [...difference.edges.values()];
  const goTo = (node: GraphNode) => {
    const { x, y } = positionOf(node);
    void setCenter(x + 120, y + 48, { zoom: 1, duration: 0 });
  };
  return (
    <aside className="builder-panel">
      <div className="content stack">
        <p role="status">{count === 0 ? texts.same : texts.differences(count)}</p>
        <ul className="problems">
          {[...difference.nodes].map(([id, mark]) => (
            <li key={id}>
              <button type="button" className="problem-row" onClick={() => goTo(byId.get(id)!)}>
                <span className={`badge difference ${mark}`}>{marks[mark]}</span>
                <span>
                  <strong>{names.node(byId.get(id)!)}</strong>
                  {difference.fields.has(id) && (
                    <span>
                      {texts.changedFields(
                        difference.fields
                          .get(id)!
                          .map((field) => fieldLabel(field, language))
                          .join(", "),
                      )}
                    </span>
                  )}
                </span>
              </button>
            </li>
          ))}
        </ul>
        {edgeMarks.length > 0 && (
          <p>
            {texts.connections(
              edgeMarks.filter((mark) => mark === "added").length,
              edgeMarks.filter((mark) => mark === "removed").length,
            )}
          </p>
        )}
        {difference.settings.length > 0 && (
          <p>
            {texts.settings}: {difference.settings.map((name) => fieldLabel(name, language)).join(", ")}
          </p>
        )}
      </div>
    </aside>
  );
}
