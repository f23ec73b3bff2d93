/** A sleep that can be ended early. Only one at a time. */
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

  /** Ends the current sleep, if there is one. */
  wake(): void {
    this.#wake();
  }
}
