/** What the API gives as JSON of a run's way through the graph. */

export type Visit = { nodeId: string; at: string | null };

/** The last visits, oldest first. */
export function pathOf(history: unknown, most = 30): Visit[] {
  if (!Array.isArray(history)) return [];
  return history.slice(-most).flatMap((visit: { nodeId?: unknown; at?: unknown } | null) => {
    if (typeof visit?.nodeId !== "string") return [];
    return [{ nodeId: visit.nodeId, at: typeof visit.at === "string" ? visit.at : null }];
  });
}

/** How nodes are called in the builder, by their ids. */
export function labelsOf(nodes: unknown): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  if (!Array.isArray(nodes)) return labels;
  for (const node of nodes as { id?: unknown; type?: unknown; data?: { label?: unknown } | null }[]) {
    const label = node?.data?.label ?? node?.type;
    if (typeof node?.id === "string" && typeof label === "string" && label !== "") labels.set(node.id, label);
  }
  return labels;
}
