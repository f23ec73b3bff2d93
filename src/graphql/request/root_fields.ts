import type { DocumentNode, OperationDefinitionNode, SelectionSetNode } from "postgraphile/graphql";

/** The names of the fields at the root of an operation of a valid document. */
export function rootFields(document: DocumentNode, operation: OperationDefinitionNode): Set<string> {
  const names = new Set<string>();
  const spread = new Set<string>();
  const collect = ({ selections }: SelectionSetNode) => {
    for (const selection of selections)
      if (selection.kind === "Field") names.add(selection.name.value);
      else if (selection.kind === "InlineFragment") collect(selection.selectionSet);
      else spread.add(selection.name.value);
  };
  collect(operation.selectionSet);
  // A set that grows while it is walked: each fragment is read once.
  for (const fragment of spread)
    for (const definition of document.definitions)
      if (definition.kind === "FragmentDefinition" && definition.name.value === fragment)
        collect(definition.selectionSet);
  return names;
}
