import { ParleyError } from "../../errors.ts";

/** Lets work through. */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Lets `atOnce` pieces of work run and `waiting` more wait for their turn.
 * @throws ParleyError PYUNA for any beyond these
 */
export function createGate(atOnce: number, waiting: number): Gate {
  let running = 0;
  const queue: (() => void)[] = [];

  return async (work) => {
    if (running < atOnce) {
      running += 1;
    } else {
      if (queue.length >= waiting) throw new ParleyError("PYUNA", "Too many at once; try again shortly");
      // Whoever finishes hands its place on.
      await new Promise<void>((resolve) => queue.push(resolve));
    }
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
