/** Time as the sandbox sees it, in milliseconds since the epoch. Give a ManualClock to move it by hand. */
export interface Clock {
  now(): number;
  /** Runs `callback` once, `milliseconds` from now. */
  setTimeout(callback: () => void, milliseconds: number): unknown;
}

/** The machine's clock. Its timers never keep the process alive. */
export const systemClock: Clock = {
  now: Date.now,
  setTimeout: (callback, milliseconds) => setTimeout(callback, milliseconds).unref(),
};
