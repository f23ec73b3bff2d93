import { Button, IconButton } from "../../ui/button.tsx";
import { useWords } from "../../words/language.ts";
import { useBuilder } from "../builder/builder_context.ts";
import { type GraphNode, isObject, type Json, type JsonObject } from "../graph/draft.ts";
import { disconnect, renameExit, setField } from "../graph/edits.ts";
import type { Field } from "../graph/kind.ts";
import { inspectorWords } from "../words/inspector_words.ts";
import { FieldEditor, type Given, type OnEdit, type Path } from "./field_editor.tsx";
import { JsonEditor } from "./json_editor.tsx";
import { TextArea } from "./text_input.tsx";

type Props = {
  given: Given;
  node: GraphNode;
  field: Field;
  value: Json | undefined;
  path: Path;
  onEdit: OnEdit;
};

/** A list: of objects with fields of their own, of texts, or of anything else as JSON. */
export function ListEditor(props: Props) {
  const { field, value, path, onEdit, given } = props;
  const texts = useWords(inspectorWords);
  if (field.items?.length) return <ItemList {...props} />;
  const isTexts = Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string");
  if (isTexts || field.name === "mediaTypes") {
    return (
      <TextArea
        {...given}
        placeholder={texts.onePerLine}
        rows={3}
        value={Array.isArray(value) ? value.join("\n") : ""}
        onChange={(text) => onEdit(path, text === "" ? undefined : text.split("\n"))}
      />
    );
  }
  return <JsonEditor given={given} value={value} onChange={(next) => onEdit(path, next)} isObject />;
}

function ItemList({ node, field, value, path, onEdit }: Props) {
  const texts = useWords(inspectorWords);
  const { change } = useBuilder();
  const items = Array.isArray(value) ? value : [];
  const replace = (next: Json[]) => onEdit(path, next.length === 0 ? undefined : next);
  const namesExits = field.items!.some(({ name }) => name === "id");

  const removeAt = (index: number) => {
    const item = items[index];
    const id = isObject(item) && typeof item.id === "string" ? item.id : "";
    const rest = items.toSpliced(index, 1);
    change((draft) => {
      const shorter = setField(draft, node.id, path, rest.length === 0 ? undefined : rest);
      return namesExits && id !== "" ? disconnect(shorter, { source: node.id, handle: id }) : shorter;
    });
  };
  const swap = (index: number, other: number) =>
    replace(items.with(index, items[other]!).with(other, items[index]!));
  const editItem: OnEdit = (fieldPath, next) => {
    const [name, index] = [fieldPath.at(-1), fieldPath.at(-2)];
    const item = typeof index === "number" ? items[index] : undefined;
    if (name !== "id" || !isObject(item) || typeof item.id !== "string" || typeof next !== "string")
      return onEdit(fieldPath, next);
    const { id } = item;
    // The edge of an option follows it to its new id.
    change(
      (draft) => renameExit(setField(draft, node.id, fieldPath, next), node.id, id, next),
      `${node.id} ${fieldPath.join(".")}`,
    );
  };

  return (
    <div className="items">
      {items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: items have no other name
        <fieldset key={index} className="item">
          <legend>{texts.item(index + 1)}</legend>
          <div className="row tools">
            <IconButton
              label={texts.moveUp}
              icon="up"
              disabled={index === 0}
              onClick={() => swap(index, index - 1)}
            />
            <IconButton
              label={texts.moveDown}
              icon="down"
              disabled={index === items.length - 1}
              onClick={() => swap(index, index + 1)}
            />
            <IconButton label={texts.removeItem} icon="trash" onClick={() => removeAt(index)} />
          </div>
          {field.items!.map((inner) => (
            <FieldEditor
              key={inner.name}
              node={node}
              field={inner}
              value={isObject(item) ? item[inner.name] : inner.name === "title" ? item : undefined}
              path={[...path, index, inner.name]}
              onEdit={editItem}
            />
          ))}
        </fieldset>
      ))}
      <Button icon="plus" onClick={() => replace([...items, newItem(field, node)])}>
        {texts.addItem}
      </Button>
    </div>
  );
}

/** An option gets an id that no other option of the node has. */
function newItem(field: Field, node: GraphNode): JsonObject {
  const names = field.items!.map(({ name }) => name);
  if (names.includes("rows")) return { title: "", rows: [] };
  if (!names.includes("id")) return {};
  const taken = JSON.stringify(node.data ?? {});
  const stem = field.name === "variants" ? "variant" : field.name === "rows" ? "row" : "btn";
  let number = 1;
  while (taken.includes(`"${stem}-${number}"`)) number += 1;
  return { id: `${stem}-${number}`, ...(names.includes("title") && { title: "" }) };
}
