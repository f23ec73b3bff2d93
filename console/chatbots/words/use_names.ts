import { useMemo } from "react";
import { useWords } from "../../words/language.ts";
import { type GraphNode, labelOf, typeOf } from "../graph/draft.ts";
import type { Exit } from "../graph/exits.ts";
import { kindWords } from "./kind_words.ts";

/** What nodes, their kinds and their exits are called, in the language of the page. */
export type Names = {
  kind: (type: string) => string;
  hint: (type: string) => string;
  node: (node: GraphNode) => string;
  exit: (exit: Exit, hasOthers: boolean) => string;
};

export function useNames(): Names {
  const { kinds, hints, exits, next, otherwise } = useWords(kindWords);
  return useMemo(() => {
    const kind = (type: string) => (kinds as Record<string, string>)[type] ?? type.replaceAll("_", " ");
    return {
      kind,
      hint: (type) => (hints as Record<string, string>)[type] ?? "",
      node: (node) => labelOf(node) || kind(typeOf(node)) || node.id,
      exit: ({ handle, role, title }, hasOthers) => {
        if (role === "default") return hasOthers ? otherwise : next;
        return title || ((exits as Record<string, string>)[handle] ?? handle);
      },
    };
  }, [kinds, hints, exits, next, otherwise]);
}
