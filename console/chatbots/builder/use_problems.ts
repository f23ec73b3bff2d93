import { useEffect, useState } from "react";
import { useConnection } from "../../graphql/use_connection.ts";
import type { Draft } from "../graph/draft.ts";
import { type Problem, VALIDATE } from "./documents.ts";

/** Not at every key: the answer is of use when the author pauses. */
const PAUSE_MS = 500;

/** The problems of the draft as it is on the screen, asked for when it has not changed for a moment. */
export function useProblems(chatbotId: string, { nodes, edges, settings }: Draft): readonly Problem[] {
  const connection = useConnection();
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  useEffect(() => {
    let isStale = false;
    const timer = setTimeout(() => {
      const input = { chatbotId, nodes, edges, settings };
      connection.mutate(VALIDATE, { input }).then(
        (data) => !isStale && setProblems(data.validateChatbot?.problems ?? []),
        // The problems of a moment ago stay; saving and publishing say what is wrong.
        () => {},
      );
    }, PAUSE_MS);
    return () => {
      isStale = true;
      clearTimeout(timer);
    };
  }, [connection, chatbotId, nodes, edges, settings]);
  return problems;
}

/** The worst problem of each node. */
export function worstByNode(problems: readonly Problem[]): ReadonlyMap<string, "error" | "warning"> {
  const worst = new Map<string, "error" | "warning">();
  for (const { graphNodeId, severity } of problems)
    if (graphNodeId !== null && worst.get(graphNodeId) !== "error")
      worst.set(graphNodeId, severity === "error" ? "error" : "warning");
  return worst;
}
