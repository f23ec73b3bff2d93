import {
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isObjectType,
} from "postgraphile/graphql";

type Part = { name: string; description?: string | null | undefined };

/**
 * Postgres has no comments on values of enums and arguments of functions, so the comment of the whole ends in their
 * definitions: `How a channel works. active: it receives and sends. paused: …`. In GraphQL each stands where it belongs.
 */
export function distributeDefinitions(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isEnumType(type)) type.description = distribute(type.description, type.getValues());
    if (isObjectType(type))
      for (const field of Object.values(type.getFields()))
        field.description = distribute(field.description, [...field.args, ...fieldsOfMutation(field)]);
  }
}

/** The fields of a mutation's input, and of what it returns. */
function fieldsOfMutation(field: GraphQLField<unknown, unknown>): Part[] {
  const input = field.args.find(({ name }) => name === "input");
  if (!input) return [];
  return [input.type, field.type]
    .map(getNamedType)
    .flatMap((type) =>
      isInputObjectType(type) || isObjectType(type) ? Object.values<Part>(type.getFields()) : [],
    );
}

/** Gives each part its definition, and returns the text before them. */
function distribute<Text extends string | null | undefined>(
  text: Text,
  parts: readonly Part[],
): Text | string {
  if (!text || parts.length === 0) return text;
  const names = parts.flatMap(({ name }) => [name, snakeCase(name)]).join("|");
  const [beginning = "", ...definitions] = text.split(
    new RegExp(`(?:^|(?<=[.:]\\s))((?:${names})(?:, (?:${names}))*): `),
  );
  definitions.forEach((definition, at) => {
    if (at % 2 === 0) return;
    const defined = definitions[at - 1]!.split(", ");
    for (const part of parts)
      if (defined.includes(part.name) || defined.includes(snakeCase(part.name)))
        part.description = sentence(definition);
  });
  return beginning.trim() || text;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function sentence(definition: string): string {
  const text = definition.trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
