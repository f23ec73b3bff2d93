import { useMemo } from "react";
import { useQuery } from "urql";
import { graphql } from "../../graphql/graphql.ts";
import type { Condition, Kind, Part } from "./filter.ts";
import { newKey } from "./filter.ts";

const FIELDS = graphql(`
  query FilterFields($kind: FilterKind!) {
    filterFields(kind: $kind, first: 1000) { nodes { name type operators choices } }
  }
`);

/** What fields refer to, by name. */
const NAMES = graphql(`
  query FilterNames {
    tags(first: 1000) { nodes { id name } }
    groups(first: 1000) { nodes { id name } }
    segments(first: 1000) { nodes { id name } }
    campaigns(first: 200, orderBy: [CREATED_AT_DESC]) { nodes { id name } }
    teams(first: 200) { nodes { id name } }
    channels(first: 200) { nodes { id name } }
    chatbots(first: 200) { nodes { id name } }
    contactFields(first: 200) { nodes { id key label } }
    memberships(first: 200) { nodes { nodeId userId user { id name email } } }
  }
`);

export type FieldType = {
  name: string;
  type: string;
  operators: readonly string[];
  choices: readonly string[];
};
export type Named = { id: string; name: string };

/** The fields of a kind of rows, and the relations to others. */
export function useFields(
  kind: Kind,
): { fields: readonly FieldType[]; relations: readonly FieldType[] } | null {
  const [{ data }] = useQuery({ query: FIELDS, variables: { kind }, requestPolicy: "cache-and-network" });
  return useMemo(() => {
    const all = data?.filterFields?.nodes;
    if (!all) return null;
    const isRelation = ({ operators }: FieldType) => operators.length === 0;
    return { fields: all.filter((each) => !isRelation(each)), relations: all.filter(isRelation) };
  }, [data]);
}

/** The rows that a field can refer to: of tag, group, segment, campaign, team, user, channel or chatbot. */
export function useNames(): (type: string) => readonly Named[] {
  const [{ data }] = useQuery({ query: NAMES });
  return useMemo(() => {
    const known: Record<string, readonly Named[] | undefined> = {
      tag: data?.tags?.nodes,
      group: data?.groups?.nodes,
      segment: data?.segments?.nodes,
      campaign: data?.campaigns?.nodes,
      team: data?.teams?.nodes,
      channel: data?.channels?.nodes,
      chatbot: data?.chatbots?.nodes,
      user: data?.memberships?.nodes.flatMap(({ user }) =>
        user ? [{ id: user.id, name: user.name ?? user.email ?? user.id }] : [],
      ),
      field: data?.contactFields?.nodes.map(({ key, label }) => ({
        id: `metadata.${key}`,
        name: label ?? key,
      })),
    };
    return (type: string) => known[type] ?? [];
  }, [data]);
}

/** The value that a condition begins with: one that can be asked for, where there is an obvious one. */
export function firstValue(type: string, operator: string, choices: readonly string[]): unknown {
  if (operator === "isEmpty") return false;
  if (operator === "in" || operator === "notIn") return [];
  if (operator === "before" || operator === "after") return "30 days ago";
  if (type === "boolean") return true;
  if (type === "choice") return choices[0] ?? "";
  return "";
}

/** A condition on this field with its first operator, or a relation with an empty condition. */
export function newPart({ name, type, operators, choices }: FieldType): Part {
  const [operator] = operators;
  if (operator === undefined)
    return { is: "relation", key: newKey(), relation: name, item: { is: "all", key: newKey(), items: [] } };
  return {
    is: "condition",
    key: newKey(),
    field: name,
    operator,
    value: firstValue(type, operator, choices),
  };
}

/** The condition with another operator; a value of the same shape stays. */
export function withOperator(
  condition: Condition,
  operator: string,
  { type, choices }: FieldType,
): Condition {
  const shape = (name: string) =>
    name === "in" || name === "notIn"
      ? "list"
      : name === "isEmpty"
        ? "yes"
        : name === "before" || name === "after"
          ? "time"
          : "one";
  const [from, to] = [shape(condition.operator), shape(operator)];
  if (from === to) return { ...condition, operator };
  if (from === "one" && to === "list" && condition.value !== "")
    return { ...condition, operator, value: [condition.value] };
  if (from === "list" && to === "one" && Array.isArray(condition.value) && condition.value.length > 0)
    return { ...condition, operator, value: condition.value[0] };
  return { ...condition, operator, value: firstValue(type, operator, choices) };
}
