import { useCallback, useEffect, useRef, useState } from "react";
import { type Problem, problemOf } from "../graphql/problem.ts";
import { useDebounced } from "./use_debounced.ts";

const AFTER_MS = 700;

/**
 * Saves a value a moment after each change, and when the caller is no longer drawn. A page that is closed with something unsaved
 * asks first.
 */
export function useAutosave<Value>(value: Value, save: (value: Value) => Promise<unknown>, isOn = true) {
  const text = JSON.stringify(value);
  const [stored, setStored] = useState(text);
  const [problem, setProblem] = useState<Problem | null>(null);
  const isDirty = text !== stored;
  /** What is on its way: saves follow each other. */
  const running = useRef<Promise<unknown>>(Promise.resolve());
  const flush = useRef(async () => {});
  flush.current = async () => {
    if (!isOn || !isDirty) return void (await running.current);
    const before = running.current.catch(() => {});
    running.current = before.then(() => save(value));
    try {
      await running.current;
      setStored(text);
      setProblem(null);
    } catch (error) {
      setProblem(problemOf(error));
      throw error;
    }
  };
  const settled = useDebounced(text, AFTER_MS);
  useEffect(() => {
    // The problem is shown.
    if (settled) void flush.current().catch(() => {});
  }, [settled]);
  useEffect(() => () => void flush.current().catch(() => {}), []);
  useEffect(() => {
    if (!isDirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [isDirty]);
  return {
    isDirty,
    problem,
    /** Saves now. Rejects with what the API refused. */
    flush: useCallback(() => flush.current(), []),
    /** The value was stored in another way. */
    markStored: () => setStored(text),
  };
}
