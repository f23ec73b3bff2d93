/** Sleeps, unless it is woken earlier. One sleep at a time. */
export class Sleeper {
  #wake: () => void = () => {};

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Ends the sleep; without one, nothing happens. */
  wake(): void {
    this.#wake();
  }
}
