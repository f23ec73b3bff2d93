import { useSyncExternalStore } from "react";
import { mayLeave } from "./leaving.ts";

/** The path below /console, without a slash at its ends: "inbox/01a1…". */
export function currentPath(): string {
  return decodeURI(location.pathname)
    .replace(/^\/console\/?/, "")
    .replace(/\/$/, "");
}

const watchers = new Set<() => void>();
const report = () => {
  shown = `${location.pathname}${location.search}`;
  for (const watcher of watchers) watcher();
};
/** Where the user is: a way back that they may not want to go is taken back. */
let shown = `${location.pathname}${location.search}`;
addEventListener("popstate", () => {
  const path = currentPath();
  if (mayLeave(path, () => go(path))) report();
  else history.pushState(null, "", shown);
});

/** Goes to a path below /console. `isReplaced`: the way back skips the present one. */
export function go(path: string, { isReplaced = false } = {}): void {
  const url = `/console/${path}`;
  if (url === `${location.pathname}${location.search}`) return;
  if (!mayLeave(path, () => go(path, { isReplaced }))) return;
  if (isReplaced) history.replaceState(null, "", url);
  else history.pushState(null, "", url);
  report();
}

/** Runs when the address changes; for useSyncExternalStore. Returns how to stop that. */
export function watchLocation(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** The path below /console, drawn again when it changes. */
export function usePath(): string {
  return useSyncExternalStore(watchLocation, currentPath);
}

/** A parameter of the address's query, drawn again when it changes. */
export function useSearchParameter(name: string): string | null {
  return useSyncExternalStore(watchLocation, () => new URLSearchParams(location.search).get(name));
}
