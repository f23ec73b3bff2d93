/** How much waits for the user: shown before the title of the page, so that it is seen from another tab. */
class Attention {
  readonly #watchers = new Set<() => void>();
  #count = 0;

  get = (): number => this.#count;

  set(count: number): void {
    if (count === this.#count) return;
    this.#count = count;
    for (const watcher of this.#watchers) watcher();
  }

  watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };
}

export const attention = new Attention();
