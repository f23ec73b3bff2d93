import { useMemo } from "react";
import { useQuery } from "urql";
import type { Figures } from "../canvas/flow_nodes.ts";
import { NODE_FIGURES } from "./documents.ts";

/** The figures of each node in the runs of a version; null: none are wanted. */
export function useFigures(versionId: string | null): ReadonlyMap<string, Figures> | null {
  const [{ data }] = useQuery({
    query: NODE_FIGURES,
    variables: { versionId: versionId ?? "" },
    pause: versionId === null,
    requestPolicy: "cache-and-network",
  });
  return useMemo(() => {
    if (versionId === null || !data?.chatbotNodeStats) return null;
    return new Map(data.chatbotNodeStats.nodes.map(({ graphNodeId, ...figures }) => [graphNodeId, figures]));
  }, [versionId, data]);
}
