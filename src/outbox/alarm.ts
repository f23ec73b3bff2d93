/** A sleep that can be ended early. */
export type Alarm = {
  /** Resolves after some milliseconds, or when it is rung. One waits at a time. */
  wait(ms: number): Promise<void>;
  /** Ends the sleep; when nobody sleeps, nothing happens. */
  ring(): void;
};

export function createAlarm(): Alarm {
  let wake: () => void = () => {};
  return {
    wait(ms) {
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
    ring: () => wake(),
  };
}
