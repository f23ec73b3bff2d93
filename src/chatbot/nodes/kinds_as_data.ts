import type { Json } from "../../base/json/json.ts";
import type { Field, Fields, FieldType, ReferenceKind } from "../fields/field.ts";
import type { NodeExit, NodeKind } from "./define_node.ts";
import type { NodeKinds } from "./node_kinds.ts";

/** A kind of node as data, for graph editors (`chatbotNodeKinds` in GraphQL). */
type KindData = {
  kind: string;
  about: string;
  isStart: boolean;
  waits: boolean;
  decides: boolean;
  fields: FieldData[];
  exits: Pick<NodeExit, "handle" | "label">[];
  ownExits: string | null;
  results: { name: string; about: string }[];
};

type FieldData = {
  name: string;
  type: FieldType;
  about: string;
  isRequired: boolean;
  default: Json;
  options: readonly string[] | null;
  minimum: number | null;
  maximum: number | null;
  limit: number | null;
  refersTo: ReferenceKind | null;
  items: FieldData[];
};

/** Describes the kinds of nodes as plain data, for `chatbotNodeKinds`. */
export function kindsAsData(kinds: NodeKinds): KindData[] {
  return kinds.all.map(kindAsData);
}

function kindAsData({ kind, about, fields, exits, numberedAs, results = {}, ...rest }: NodeKind): KindData {
  return {
    kind,
    about,
    isStart: rest.begins ?? false,
    waits: rest.waits !== undefined,
    decides: rest.decides ?? false,
    fields: fieldsAsData(fields),
    exits: exits.map(({ handle, label }) => ({ handle, label })),
    ownExits: rest.ownExitsAbout ?? null,
    results: Object.entries(results).map(([name, words]) => ({
      name: `${numberedAs}_1.${name}`,
      about: words,
    })),
  };
}

function fieldsAsData(fields: Fields): FieldData[] {
  return Object.values(fields).map(fieldAsData);
}

function fieldAsData(field: Field): FieldData {
  const { name, type, about, required, when, options, min, max, limit, refersTo, items } = field;
  return {
    name,
    type,
    about,
    isRequired: required !== undefined && when === undefined,
    default: field.default ?? null,
    options: options ?? null,
    minimum: min ?? null,
    maximum: max ?? null,
    limit: limit ?? null,
    refersTo: refersTo ?? null,
    items: fieldsAsData(items ?? {}),
  };
}
