import { useSyncExternalStore } from "react";
import { problemOf } from "../graphql/problem.ts";
import { IconButton } from "./button.tsx";

type Toast = { id: number; text: string };

let toasts: readonly Toast[] = [];
let lastId = 0;
const watchers = new Set<() => void>();
/** Long enough to be read; what matters stays visible elsewhere, too. */
const SHOWN_MS = 8_000;

function change(next: readonly Toast[]): void {
  toasts = next;
  for (const watcher of watchers) watcher();
}

/** Says something in passing. */
export function showToast(text: string): void {
  lastId += 1;
  const toast = { id: lastId, text };
  change([...toasts.slice(-2), toast]);
  setTimeout(() => change(toasts.filter((each) => each !== toast)), SHOWN_MS);
}

/** Says that something failed, with the API's message and code. */
export function showProblem(error: unknown): void {
  const { message, code } = problemOf(error);
  showToast(`${message} (${code})`);
}

export function Toasts({ closeLabel }: { closeLabel: string }) {
  const shown = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => toasts,
  );
  return (
    <div className="toasts" role="status">
      {shown.map((toast) => (
        <div key={toast.id}>
          {toast.text}
          <IconButton
            label={closeLabel}
            icon="close"
            onClick={() => change(toasts.filter((each) => each !== toast))}
          />
        </div>
      ))}
    </div>
  );
}
