import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "postgraphile/graphql";
import { pageSize } from "../schema/page_size.ts";

/**
 * Of an object whose lists share a page: how many objects they may hold together, from how many each would hold if the
 * page were all its own. The extension `mostOf` of a type.
 */
export type MostOf = (countOf: (field: string) => number) => number;

/** A total count reads every row. */
const TOTAL_COUNT = 20;

/**
 * Counts the objects that an answer might hold: fields below a list count as often as the list is long. A fragment is
 * counted once and its count used wherever it is spread.
 *
 * @param document valid for the schema
 * @param variables as the client sent them
 * @throws ParleyError for a page that is too large, or is not a page
 */
export function countObjects(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  const root = schema.getRootType(operation.operation);
  const counter = new ObjectCounter(
    schema,
    document,
    (name) => variables[name] ?? defaultOf(operation, name),
  );
  return root ? counter.ofSelections(operation.selectionSet, root, 1) : 0;
}

class ObjectCounter {
  readonly #schema: GraphQLSchema;
  readonly #valueOf: (variable: string) => unknown;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #counted = new Map<string, number>();

  constructor(schema: GraphQLSchema, document: DocumentNode, valueOfVariable: (variable: string) => unknown) {
    this.#schema = schema;
    this.#valueOf = valueOfVariable;
    for (const definition of document.definitions)
      if (definition.kind === "FragmentDefinition") this.#fragments.set(definition.name.value, definition);
  }

  ofSelections(set: SelectionSetNode, parent: GraphQLCompositeType, pageOf: number): number {
    const { mostOf } = parent.extensions as { mostOf?: MostOf };
    if (!mostOf) return this.#ofSelections(set, parent, pageOf);
    return mostOf((field) => this.#ofSelections(set, parent, pageOf, field));
  }

  /** @param only of this field alone */
  #ofSelections(set: SelectionSetNode, parent: GraphQLCompositeType, pageOf: number, only?: string): number {
    let sum = 0;
    for (const selection of set.selections) {
      switch (selection.kind) {
        case "Field":
          if (only === undefined || only === selection.name.value)
            sum += this.#ofField(selection, parent, pageOf);
          break;
        case "InlineFragment": {
          const { typeCondition, selectionSet } = selection;
          const condition = typeCondition && this.#schema.getType(typeCondition.name.value);
          const type = isCompositeType(condition) ? condition : parent;
          sum += this.#ofSelections(selectionSet, type, pageOf, only);
          break;
        }
        case "FragmentSpread":
          sum += this.#ofFragment(selection.name.value, pageOf, only);
          break;
        default:
          throw new Error(selection satisfies never);
      }
    }
    return sum;
  }

  #ofFragment(name: string, pageOf: number, only?: string): number {
    // The page size is part of the key: the same fragment may be spread in two connections.
    const key = `${name} ${pageOf} ${only}`;
    const known = this.#counted.get(key);
    if (known !== undefined) return known;
    const fragment = this.#fragments.get(name);
    const type = fragment && this.#schema.getType(fragment.typeCondition.name.value);
    const of = only === undefined ? this.ofSelections : this.#ofSelections;
    const count =
      fragment && isCompositeType(type) ? of.call(this, fragment.selectionSet, type, pageOf, only) : 0;
    this.#counted.set(key, count);
    return count;
  }

  #ofField(field: FieldNode, parent: GraphQLCompositeType, pageOf: number): number {
    const name = field.name.value;
    const definition = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
    if (!definition) return 0;
    if (name === "totalCount") return TOTAL_COUNT;
    const type = getNamedType(definition.type);
    if (!field.selectionSet || !isCompositeType(type)) return 0;
    const times = name === "nodes" || name === "edges" ? pageOf : longestList(definition);
    const isPaged = definition.args.some((argument) => argument.name === "first");
    return times * (1 + this.ofSelections(field.selectionSet, type, isPaged ? this.#pageOfField(field) : 1));
  }

  #pageOfField({ name, arguments: given }: FieldNode): number {
    const numberOf = (argument: string) => {
      const value = given?.find((each) => each.name.value === argument)?.value;
      if (value?.kind === "IntValue") return Number(value.value);
      const named = value?.kind === "Variable" ? this.#valueOf(value.name.value) : undefined;
      return typeof named === "number" ? named : undefined;
    };
    return pageSize(name.value, { first: numberOf("first"), last: numberOf("last") });
  }
}

/** Of a list without pages (row_estimates.ts). */
function longestList({ extensions }: GraphQLField<unknown, unknown>): number {
  return typeof extensions.longestList === "number" ? extensions.longestList : 1;
}

function defaultOf(operation: OperationDefinitionNode, name: string): number | undefined {
  const value = operation.variableDefinitions?.find(
    ({ variable }) => variable.name.value === name,
  )?.defaultValue;
  return value?.kind === "IntValue" ? Number(value.value) : undefined;
}
