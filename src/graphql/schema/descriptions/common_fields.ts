import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isObjectType,
} from "postgraphile/graphql";
import { nounOf } from "./nouns.ts";

export type Fields = Record<string, GraphQLField<unknown, unknown> | GraphQLInputField>;
type Plural = (noun: string) => string;

/** What a field is, if its name and its type say it. */
export function describeField(
  schema: GraphQLSchema,
  owner: GraphQLNamedType,
  field: Fields[string],
  plural: Plural,
): string | undefined {
  const [, subject = owner.name, kind = ""] =
    /^(\w+?)(Connection|Edge|Filter|Patch|Input|Payload)$/.exec(owner.name) ?? [];
  switch (kind) {
    case "Connection":
      return ofPage(field.name, plural(nounOf(subject)));
    case "Edge":
      return ofEdge(field.name, nounOf(subject));
    case "Filter":
      return `A condition on \`${field.name}\`.`;
    case "Payload":
      return ofPayload(subject, field);
    case "Patch":
    case "Input":
      return ofInput(schema, subject, field) ?? ofAny(schema, subject, owner, field);
    default:
      if (owner === schema.getQueryType()) return ofRoot(field, plural);
      if (owner === schema.getMutationType()) return ofMutation(field.name);
      return ofAny(schema, subject, owner, field);
  }
}

/** What an argument is, if its name says it. */
export function describeArgument(
  schema: GraphQLSchema,
  field: Fields[string],
  { name, type }: GraphQLArgument,
  plural: Plural,
): string | undefined {
  const noun = nounOf(rowOf(field).replace(/Connection$/, ""));
  switch (name) {
    case "after":
      return "Only what comes after this cursor.";
    case "before":
      return "Only what comes before this cursor.";
    case "filter":
      return `Conditions that the ${plural(noun)} must meet.`;
    case "orderBy":
      return `The order of the ${plural(noun)}. What is equal in it is ordered by the primary key.`;
    case "input":
      return "The input.";
    case "id":
    case "nodeId":
      return `The ${name} of the ${noun}.`;
    default: {
      const values = getNamedType(type);
      return isEnumType(values) ? (values.description ?? undefined) : idOfOther(schema, name);
    }
  }
}

function ofPage(name: string, nouns: string): string | undefined {
  if (name === "nodes") return `The ${nouns} of the page.`;
  if (name === "edges") return `The ${nouns} of the page, each with its cursor.`;
  if (name === "pageInfo") return "Where the page begins and ends, and whether there are others.";
  if (name === "totalCount") return `The number of ${nouns} on all pages. All of them are counted.`;
  return undefined;
}

function ofEdge(name: string, noun: string): string {
  return name === "cursor"
    ? `The place of the ${noun} in the order, for \`after\` and \`before\`.`
    : `The ${noun}.`;
}

function ofPayload(mutation: string, field: Fields[string]): string | undefined {
  if (field.name === "clientMutationId") return "The `clientMutationId` of the input.";
  if (field.name === "query") return "The root of queries, to read more in the same request.";
  const [, deleted] = /^deleted(\w+)NodeId$/.exec(field.name) ?? [];
  if (deleted) return `The nodeId that the ${nounOf(deleted)} had.`;
  if (!isObjectType(getNamedType(field.type))) return undefined;
  if (isListType(getNullableType(field.type))) return `The ${nounOf(field.name)}.`;
  // Of a mutation whose comment says when its result is null.
  const isNullable = getNullableType(field.type) === field.type;
  return `The ${nounOf(field.name)}${mutation.startsWith("Delete") ? " as it was." : ", as it is now."}${isNullable ? " Null if the mutation says so." : ""}`;
}

function ofInput(schema: GraphQLSchema, subject: string, { name, type }: Fields[string]): string | undefined {
  if (name === "clientMutationId") return "A text of your choice, which the payload repeats.";
  if (name === "patch") return "The fields to change.";
  if (isInputObjectType(getNamedType(type))) return `The ${nounOf(name)} to create.`;
  if (name === "id" || name === "nodeId") return `The ${name} of the ${nounOf(subjectOf(schema, subject))}.`;
  const row = schema.getType(subject);
  return isObjectType(row) ? (row.getFields()[name]?.description ?? undefined) : undefined;
}

/** What a mutation is about: `EndSession` is about a Session. */
function subjectOf(schema: GraphQLSchema, mutation: string): string {
  const starts = [...mutation.matchAll(/[A-Z]/g)].map(({ index }) => mutation.slice(index));
  return starts.find((name) => isObjectType(schema.getType(name))) ?? mutation;
}

function ofRoot(field: Fields[string], plural: Plural): string | undefined {
  const row = rowOf(field);
  const noun = nounOf(row.replace(/Connection$/, ""));
  return row.endsWith("Connection")
    ? `The ${plural(noun)} of the tenant that you may see.`
    : `One ${noun}. Null if there is none that you may see.`;
}

function ofMutation(name: string): string | undefined {
  const [, verb = "", subject = ""] = /^(create|update|delete)([A-Z]\w+)$/.exec(name) ?? [];
  const does = { create: "Creates", update: "Changes", delete: "Deletes" }[verb];
  const missing = verb === "create" ? "" : " PYNFD: there is none, or your role does not allow it.";
  return does && `${does} a ${nounOf(subject)}.${missing}`;
}

function ofAny(
  schema: GraphQLSchema,
  subject: string,
  owner: GraphQLNamedType,
  field: Fields[string],
): string | undefined {
  const { name } = field;
  const type = getNamedType(field.type);
  if (name === "id" || name === "nodeId") return `The ${name} of the ${nounOf(subject)}.`;
  if (name === "createdAt") return `When the ${nounOf(subject)} was created.`;
  if (name === "updatedAt") return `When the ${nounOf(subject)} was last changed.`;
  if (isEnumType(type)) return type.description ?? undefined;
  if (isObjectType(type)) {
    const key = isObjectType(owner) && owner.getFields()[`${name}Id`]?.description;
    return key && !key.startsWith("The id of") ? key : `The ${nounOf(name)} of the ${nounOf(subject)}.`;
  }
  return idOfOther(schema, name);
}

function idOfOther(schema: GraphQLSchema, name: string): string | undefined {
  const [, other = ""] = /^(\w+)Id$/.exec(name) ?? [];
  const typeName = other.charAt(0).toUpperCase() + other.slice(1);
  return isObjectType(schema.getType(typeName)) ? `The id of the ${nounOf(other)}.` : undefined;
}

function rowOf(field: Fields[string]): string {
  return getNamedType(field.type).name;
}
