/** Whether the socket is connected, for those who draw it and those who catch up. */
export class SocketState {
  #isConnected = false;
  #lostAt: number | null = null;
  readonly #watchers = new Set<() => void>();
  readonly #onConnected = new Set<(isAgain: boolean) => void>();

  /** When the connection was lost, in milliseconds since the epoch; null while it is there, and before it first was. */
  get lostAt(): number | null {
    return this.#lostAt;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  connected(isAgain: boolean): void {
    this.#isConnected = true;
    this.#lostAt = null;
    this.#report();
    for (const run of this.#onConnected) run(isAgain);
  }

  closed(): void {
    if (this.#isConnected) this.#lostAt = Date.now();
    this.#isConnected = false;
    this.#report();
  }

  /** Runs on each change; for useSyncExternalStore. Returns how to stop that. */
  watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  /** Runs after each connection; `isAgain` says that something may have been missed. */
  onConnected(run: (isAgain: boolean) => void): () => void {
    this.#onConnected.add(run);
    return () => this.#onConnected.delete(run);
  }

  #report(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
