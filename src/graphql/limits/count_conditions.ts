import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from "postgraphile/graphql";

/**
 * Counts the conditions in filters and orders of a valid operation with its variables: comparisons and
 * each `and`, `or` and `not` count one. The database evaluates all of them for every row. A list of values is one comparison.
 */
export function countConditions(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === "FragmentDefinition") fragments.set(definition.name.value, definition);
  const given: Record<string, unknown> = { ...variables };
  for (const { variable, defaultValue } of operation.variableDefinitions ?? [])
    if (defaultValue) given[variable.name.value] ??= valueFromASTUntyped(defaultValue);
  const counted = new Map<string, number>();

  const ofFragment = (name: string): number => {
    const known = counted.get(name);
    if (known !== undefined) return known;
    const fragment = fragments.get(name);
    const count = fragment ? ofSelections(fragment.selectionSet) : 0;
    counted.set(name, count);
    return count;
  };

  const ofSelections = ({ selections }: SelectionSetNode): number => {
    let sum = 0;
    for (const selection of selections) {
      if (selection.kind === "FragmentSpread") {
        sum += ofFragment(selection.name.value);
        continue;
      }
      if (selection.kind === "Field")
        for (const { name, value } of selection.arguments ?? [])
          if (name.value === "filter" || name.value === "orderBy")
            sum += conditionsIn(valueFromASTUntyped(value, given));
      if (selection.selectionSet) sum += ofSelections(selection.selectionSet);
    }
    return sum;
  };

  return ofSelections(operation.selectionSet);
}

/** Walks without recursion. Lists of plain values (`in`) are one condition; an order is as many as it has columns. */
function conditionsIn(argument: unknown): number {
  if (Array.isArray(argument) && argument.every((item) => typeof item === "string")) return argument.length;
  let count = 0;
  const waiting: unknown[] = [argument];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value !== "object" || value === null) continue;
    const inner = Object.values(value);
    if (!Array.isArray(value)) count += inner.length;
    waiting.push(...inner);
  }
  return count;
}
