import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getNamedType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  print,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from "postgraphile/graphql";
import { DEPENDS_ON_USER } from "./depends_on_user.ts";

/** A subscription, as the query that reads the rows of its changes. */
export type LiveDocument = {
  document: DocumentNode;
  /** The same for documents that differ in layout only. */
  text: string;
  /** The field at the root: a subscription has only one. Undefined if it is under @skip of its only selection. */
  root: FieldNode;
  /** Two users with the same role may get different results. */
  dependsOnUser: boolean;
};

const DEPENDENT = new Set(Object.values(DEPENDS_ON_USER));

const known = new WeakMap<OperationDefinitionNode, LiveDocument>();

/** @param schema of {@link liveSchema}: plans are cached by the resulting document, so each operation has one */
export function liveDocument(
  schema: GraphQLSchema,
  document: DocumentNode,
  definition: OperationDefinitionNode,
): LiveDocument {
  const cached = known.get(definition);
  if (cached) return cached;
  const fragments = document.definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
  const query = { ...definition, operation: OperationTypeNode.QUERY };
  const live: DocumentNode = { kind: Kind.DOCUMENT, definitions: [query, ...fragments] };
  const root = firstField(definition.selectionSet, fragments);
  if (!root) throw new Error("a subscription without a field");
  const made = { document: live, text: print(live), root, dependsOnUser: dependsOnUser(schema, live) };
  known.set(definition, made);
  return made;
}

function firstField(
  { selections }: SelectionSetNode,
  fragments: readonly FragmentDefinitionNode[],
): FieldNode | undefined {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) return selection;
    const inner =
      selection.kind === Kind.INLINE_FRAGMENT
        ? selection
        : fragments.find(({ name }) => name.value === selection.name.value);
    const field = inner && firstField(inner.selectionSet, fragments);
    if (field) return field;
  }
}

/** @param dependent types and fields, as in {@link DEPENDS_ON_USER} */
export function dependsOnUser(
  schema: GraphQLSchema,
  document: DocumentNode,
  dependent: ReadonlySet<string> = DEPENDENT,
): boolean {
  const types = new TypeInfo(schema);
  let isFound = false;
  const enterField = ({ name }: FieldNode) => {
    const parent = types.getParentType()?.name;
    const type = getNamedType(types.getType())?.name;
    isFound ||= dependent.has(`${parent}.${name.value}`) || (type !== undefined && dependent.has(type));
  };
  visit(document, visitWithTypeInfo(types, { Field: enterField }));
  return isFound;
}
