import { useState } from "react";
import { Button } from "../../ui/button.tsx";
import { useWords } from "../../words/language.ts";
import { useBuilder } from "../builder/builder_context.ts";
import { exitName, type GraphNode, typeOf } from "../graph/draft.ts";
import { connect, disconnect } from "../graph/edits.ts";
import { type Exit, exitsOf } from "../graph/exits.ts";
import { readingOrder } from "../graph/order.ts";
import { inspectorWords } from "../words/inspector_words.ts";
import { useNames } from "../words/use_names.ts";
import { TextInput } from "./text_input.tsx";

/** Where each exit leads: connections without a pointer. */
export function ExitForm({ node }: { node: GraphNode }) {
  const texts = useWords(inspectorWords);
  const { draft, kinds } = useBuilder();
  const kind = kinds.get(typeOf(node));
  const edges = draft.edges.filter(({ source }) => source === node.id);
  const exits = exitsOf(node, kind, edges);
  if (exits.length === 0) return null;
  const [common, rare] = [
    exits.filter(({ role }) => role !== "rare"),
    exits.filter(({ role }) => role === "rare"),
  ];
  const isOpen = rare.some(({ handle }) => edges.some((edge) => exitName(edge.sourceHandle) === handle));
  return (
    <fieldset className="exit-form">
      <legend>{texts.leadsTo}</legend>
      {common.map((exit) => (
        <ExitSelect key={exit.handle} node={node} exit={exit} hasOthers={exits.length > 1} />
      ))}
      {rare.length > 0 && (
        <details open={isOpen}>
          <summary>{texts.rareExits}</summary>
          {rare.map((exit) => (
            <ExitSelect key={exit.handle} node={node} exit={exit} hasOthers />
          ))}
        </details>
      )}
      {kind?.kind === "subflow" && <NewExit node={node} />}
    </fieldset>
  );
}

function ExitSelect({ node, exit, hasOthers }: { node: GraphNode; exit: Exit; hasOthers: boolean }) {
  const texts = useWords(inspectorWords);
  const names = useNames();
  const { draft, kinds, change, goTo } = useBuilder();
  const from = { source: node.id, handle: exit.handle };
  const edge = draft.edges.find(
    ({ source, sourceHandle }) => source === node.id && exitName(sourceHandle) === exit.handle,
  );
  const name = names.exit(exit, hasOthers);
  return (
    <div className="exit">
      <label>
        <span className={`name ${exit.role}`}>{name}</span>
        <select
          className="input"
          aria-label={name}
          value={edge?.target ?? ""}
          onChange={({ target: { value } }) =>
            change((before) => (value === "" ? disconnect(before, from) : connect(before, from, value)))
          }
        >
          <option value="">{texts.nowhere}</option>
          {readingOrder(draft, kinds)
            .filter((target) => !kinds.get(typeOf(target))?.isStart)
            .map((target) => (
              <option key={target.id} value={target.id}>
                {names.node(target)}
                {target.id === node.id ? ` (${texts.itself})` : ""}
              </option>
            ))}
        </select>
      </label>
      <Button
        look="quiet"
        disabled={!edge}
        onClick={() => edge && goTo(edge.target)}
        aria-label={texts.goToTarget(name)}
      >
        →
      </Button>
    </div>
  );
}

/** An exit whose name is known only to the author, such as an outcome of a called chatbot. */
function NewExit({ node }: { node: GraphNode }) {
  const texts = useWords(inspectorWords);
  const { change } = useBuilder();
  const [name, setName] = useState("");
  return (
    <div className="row">
      <TextInput aria-label={texts.exitName} placeholder={texts.exitName} value={name} onChange={setName} />
      <Button
        disabled={name.trim() === ""}
        onClick={() => {
          change((draft) => connect(draft, { source: node.id, handle: name.trim() }, node.id));
          setName("");
        }}
      >
        {texts.addExit}
      </Button>
    </div>
  );
}
