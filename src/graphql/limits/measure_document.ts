import type { DocumentNode, FragmentDefinitionNode, SelectionSetNode } from "postgraphile/graphql";

/** The size of an operation, with fragments expanded. */
type Measure = { depth: number; fields: number; aliases: number; rootFields: number };

const NOTHING: Measure = { depth: 0, fields: 0, aliases: 0, rootFields: 0 };

/**
 * Measures the largest operation of a valid document. Each fragment is measured once, so that fragments that spread
 * each other repeatedly do not make this exponential. Introspection is not counted: it is either allowed or refused.
 */
export function measureDocument(document: DocumentNode): Measure {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === "FragmentDefinition") fragments.set(definition.name.value, definition);
  const measured = new Map<string, Measure>();

  const ofFragment = (name: string): Measure => {
    const known = measured.get(name);
    if (known) return known;
    const fragment = fragments.get(name);
    const measure = fragment ? ofSelections(fragment.selectionSet) : NOTHING;
    measured.set(name, measure);
    return measure;
  };

  const ofSelections = ({ selections }: SelectionSetNode): Measure => {
    let sum = NOTHING;
    for (const selection of selections) {
      switch (selection.kind) {
        case "Field": {
          if (selection.name.value.startsWith("__")) continue;
          const inner = selection.selectionSet ? ofSelections(selection.selectionSet) : NOTHING;
          sum = add(sum, {
            depth: inner.depth + 1,
            fields: inner.fields + 1,
            aliases: inner.aliases + (selection.alias ? 1 : 0),
            rootFields: 1,
          });
          break;
        }
        case "InlineFragment":
          sum = add(sum, ofSelections(selection.selectionSet));
          break;
        case "FragmentSpread":
          sum = add(sum, ofFragment(selection.name.value));
          break;
        default:
          throw new Error(selection satisfies never);
      }
    }
    return sum;
  };

  return document.definitions
    .flatMap((definition) =>
      definition.kind === "OperationDefinition" ? [ofSelections(definition.selectionSet)] : [],
    )
    .reduce(largest, NOTHING);
}

function add(a: Measure, b: Measure): Measure {
  return {
    depth: Math.max(a.depth, b.depth),
    fields: a.fields + b.fields,
    aliases: a.aliases + b.aliases,
    rootFields: a.rootFields + b.rootFields,
  };
}

function largest(a: Measure, b: Measure): Measure {
  return {
    depth: Math.max(a.depth, b.depth),
    fields: Math.max(a.fields, b.fields),
    aliases: Math.max(a.aliases, b.aliases),
    rootFields: Math.max(a.rootFields, b.rootFields),
  };
}
