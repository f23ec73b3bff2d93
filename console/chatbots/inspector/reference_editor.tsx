import { useId } from "react";
import { useQuery } from "urql";
import { graphql } from "../../graphql/graphql.ts";
import { useWords } from "../../words/language.ts";
import { useBuilder } from "../builder/builder_context.ts";
import { type GraphNode, type Json, typeOf } from "../graph/draft.ts";
import type { Field } from "../graph/kind.ts";
import { readingOrder } from "../graph/order.ts";
import { inspectorWords } from "../words/inspector_words.ts";
import { useNames } from "../words/use_names.ts";
import type { Given, OnEdit, Path } from "./field_editor.tsx";
import { TextArea, TextInput } from "./text_input.tsx";

const REFERENCES = graphql(`
  query BuilderReferences {
    whatsappFlows(first: 100) { nodes { id whatsappFlowId name } }
    dataSources(first: 100) { nodes { id name } }
    dataSourceCalls(first: 200) { nodes { id name } }
    chatbots(first: 200, orderBy: [NAME_ASC]) { nodes { id name } }
    memberships(first: 200) { nodes { nodeId userId user { id name email } } }
    teams(first: 100) { nodes { id name } }
    tags(first: 200) { nodes { id name } }
    groups(first: 200) { nodes { id name } }
  }
`);

type Option = { value: string; title: string };
type Props = {
  node: GraphNode;
  field: Field;
  value: Json | undefined;
  path: Path;
  onEdit: OnEdit;
  given: Given;
};

/** What a field refers to: another node, or something of the tenant, chosen by its name. */
export function ReferenceEditor(props: Props) {
  const { field, value, path, onEdit, given } = props;
  const options = useOptions(field);
  const id = useId();
  const texts = useWords(inspectorWords);
  const text = typeof value === "string" ? value : "";
  if (field.type === "references") {
    return (
      <TextArea
        {...given}
        rows={2}
        placeholder={texts.onePerLine}
        value={Array.isArray(value) ? value.join("\n") : text}
        onChange={(next) => onEdit(path, next === "" ? undefined : next.split("\n"))}
      />
    );
  }
  // These may be named by variables, or not be there yet.
  if (field.refersTo === "team" || field.refersTo === "calendar") {
    return (
      <>
        <TextInput {...given} list={id} value={text} onChange={(next) => onEdit(path, next || undefined)} />
        <datalist id={id}>
          {options.map(({ value: each, title }) => (
            <option key={each} value={each} label={title} />
          ))}
        </datalist>
      </>
    );
  }
  const isKnown = text === "" || options.some((option) => option.value === text);
  return (
    <select
      {...given}
      className="input"
      value={text}
      onChange={({ target }) => onEdit(path, target.value || undefined)}
    >
      <option value="">{texts.choose}</option>
      {!isKnown && <option value={text}>{texts.unknownReference(text)}</option>}
      {options.map(({ value: each, title }) => (
        <option key={each} value={each}>
          {title}
        </option>
      ))}
    </select>
  );
}

function useOptions({ type, refersTo }: Field): Option[] {
  const names = useNames();
  const { draft, kinds, chatbot } = useBuilder();
  const [{ data }] = useQuery({ query: REFERENCES, pause: type === "node" });
  if (type === "node")
    return readingOrder(draft, kinds)
      .filter((node) => !kinds.get(typeOf(node))?.isStart)
      .map((node) => ({ value: node.id, title: names.node(node) }));
  const byId = (list: readonly { id: string; name: string | null }[] = []) =>
    list.map(({ id, name }) => ({ value: id, title: name ?? id }));
  switch (refersTo) {
    case "flow":
      return (data?.whatsappFlows?.nodes ?? []).map(({ whatsappFlowId, name }) => ({
        value: whatsappFlowId,
        title: name,
      }));
    case "data_source":
      return byId(data?.dataSources?.nodes);
    case "connection":
      return byId(data?.dataSourceCalls?.nodes);
    case "chatbot":
      return byId(data?.chatbots?.nodes.filter(({ id }) => id !== chatbot.id));
    case "member":
    case "calendar":
      return (data?.memberships?.nodes ?? []).map(({ userId, user }) => ({
        value: userId,
        title: user?.name ?? user?.email ?? userId,
      }));
    case "team":
      return (data?.teams?.nodes ?? []).map(({ name }) => ({ value: name, title: name }));
    default:
      return [];
  }
}
