import { dataOf, type GraphNode, isObject, type Json, labelOf } from "./draft.ts";

/** A node in which all words of a query are found, with the text that has the first of them. */
export type Found = { node: GraphNode; text: string };

/** Searches labels, ids, types and all texts of nodes, in the given order; upper and lower case are equal. */
export function searchNodes(
  nodes: readonly GraphNode[],
  query: string,
  name: (node: GraphNode) => string,
): Found[] {
  const words = fold(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  return nodes.flatMap((node) => {
    const texts = [labelOf(node), node.id, name(node), ...textsIn(dataOf(node))];
    const all = fold(texts.join("\n"));
    if (!words.every((word) => all.includes(word))) return [];
    const text = textsIn(dataOf(node)).find((each) => fold(each).includes(words[0]!)) ?? "";
    return [{ node, text }];
  });
}

function fold(text: string): string {
  return text.toLocaleLowerCase("tr").replaceAll("ı", "i").normalize("NFKD").replace(/\p{M}/gu, "");
}

function textsIn(value: Json | undefined): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isObject(value) ? Object.values(value).flatMap(textsIn) : [];
}
