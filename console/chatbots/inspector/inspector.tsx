import "./inspector.css";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Empty } from "../../ui/states.tsx";
import { showProblem, showToast } from "../../ui/toasts.tsx";
import { useWords } from "../../words/language.ts";
import { useBuilder } from "../builder/builder_context.ts";
import { lookOf } from "../canvas/kind_look.ts";
import { clipOf, paste, writeClip } from "../graph/clipboard.ts";
import { dataOf, type GraphNode, notesOf, typeOf } from "../graph/draft.ts";
import { remove, setField } from "../graph/edits.ts";
import { builderWords } from "../words/builder_words.ts";
import { inspectorWords } from "../words/inspector_words.ts";
import { useNames } from "../words/use_names.ts";
import { About } from "./about.tsx";
import { ExitForm } from "./exit_form.tsx";
import { FieldEditor } from "./field_editor.tsx";
import { splitFields } from "./prominence.ts";
import { TextInput } from "./text_input.tsx";

/** What the selected node is and does: its label, its fields, and where its exits lead. */
export default function Inspector() {
  const texts = useWords(builderWords);
  const { draft, selection } = useBuilder();
  const [id] = selection;
  const node = selection.size === 1 ? draft.nodes.find((each) => each.id === id) : undefined;
  if (node) return <NodeForm key={node.id} node={node} />;
  if (selection.size > 1 || notesOf(draft).some((note) => note.id === id)) {
    return (
      <div className="stack">
        <p>{texts.severalSelected(selection.size)}</p>
        <SelectionActions />
      </div>
    );
  }
  return (
    <Empty icon="chatbot" title={texts.nothingSelected}>
      <p>{texts.nothingSelectedHint}</p>
      <p>{texts.keys}</p>
    </Empty>
  );
}

function NodeForm({ node }: { node: GraphNode }) {
  const texts = useWords(inspectorWords);
  const { kinds, change, problems } = useBuilder();
  const names = useNames();
  const type = typeOf(node);
  const kind = kinds.get(type);
  const data = dataOf(node);
  const { icon, group } = lookOf(type);
  const { main, rest } = kind ? splitFields(kind, data) : { main: [], rest: [] };
  const own = problems.filter(({ graphNodeId }) => graphNodeId === node.id);
  const edit = (path: readonly (string | number)[], value: Parameters<typeof setField>[3]) =>
    change((draft) => setField(draft, node.id, path, value), `${node.id} ${path.join(".")}`);
  return (
    <form className="inspector" onSubmit={(event) => event.preventDefault()}>
      <div className="identity">
        <span className={`kind ${group}`}>
          <Icon name={icon} />
        </span>
        <TextInput
          className="input label"
          aria-label={texts.label}
          placeholder={names.kind(type)}
          value={typeof data.label === "string" ? data.label : ""}
          onChange={(value) => edit(["label"], value === "" ? undefined : value)}
        />
      </div>
      <p className="soft hint" lang="en">
        {kind ? <About text={kind.about} /> : texts.unknownKind(type)}
      </p>
      {own.map(({ code, path, message, severity }) => (
        <p
          key={`${code} ${path} ${message}`}
          className={`notice ${severity === "error" ? "danger" : "warning"}`}
        >
          <Icon name="warning" />
          <span lang="en">{message}</span>
        </p>
      ))}
      {main.map((field) => (
        <FieldEditor
          key={field.name}
          node={node}
          field={field}
          value={data[field.name]}
          path={[field.name]}
          onEdit={edit}
        />
      ))}
      <ExitForm node={node} />
      {rest.length > 0 && (
        <details>
          <summary>{texts.moreFields(rest.length)}</summary>
          <div className="stack">
            {rest.map((field) => (
              <FieldEditor
                key={field.name}
                node={node}
                field={field}
                value={data[field.name]}
                path={[field.name]}
                onEdit={edit}
              />
            ))}
          </div>
        </details>
      )}
      <footer>
        <code title={texts.id}>{node.id}</code>
        <SelectionActions />
      </footer>
    </form>
  );
}

function SelectionActions() {
  const texts = useWords(builderWords);
  const { draft, kinds, change, selection, select } = useBuilder();
  return (
    <div className="row">
      <Button
        look="quiet"
        icon="copy"
        onClick={() => {
          const copy = paste(draft, clipOf(draft, selection), { x: 32, y: 32 }, kinds);
          change(() => copy.draft);
          select(copy.ids);
        }}
      >
        {texts.duplicate}
      </Button>
      <Button
        look="quiet"
        onClick={() => {
          const text = writeClip(clipOf(draft, selection));
          navigator.clipboard
            .writeText(text)
            .then(() => showToast(texts.copied(selection.size)), showProblem);
        }}
      >
        {texts.copy}
      </Button>
      <Button
        look="danger"
        icon="trash"
        onClick={() => {
          change((before) => remove(before, selection));
          select([]);
          document.querySelector<HTMLElement>(".builder-panel header button")?.focus();
        }}
      >
        {texts.remove}
      </Button>
    </div>
  );
}
