import { useEffect, useRef } from "react";

const COLLECT_MS = 150;

/** Calls the function a moment after it was asked to, however often it was asked in between. */
export function useCollected(run: () => void): () => void {
  const latest = useRef(run);
  latest.current = run;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const ask = useRef(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      latest.current();
    }, COLLECT_MS);
  });
  return ask.current;
}
