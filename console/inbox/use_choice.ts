import { useMemo, useSyncExternalStore } from "react";
import { go, watchLocation } from "../routing/location.ts";
import { type Choice, readChoice, writeChoice } from "./views.ts";

/** What the address says that the inbox lists. */
export function useChoice(): Choice {
  const search = useSyncExternalStore(watchLocation, () => location.search);
  return useMemo(() => readChoice(search), [search]);
}

/** Shows another list; a conversation that is open stays open. */
export function choose(choice: Choice, conversationId: string | null): void {
  go(pathOf(choice, conversationId));
}

export function pathOf(choice: Choice, conversationId: string | null): string {
  return `inbox${conversationId ? `/${conversationId}` : ""}${writeChoice(choice)}`;
}
