/** One line on a terminal that says how far a command is, and is replaced as it goes on. Elsewhere nothing is shown. */
export class Progress {
  readonly #out: Pick<NodeJS.WriteStream, "isTTY" | "write">;
  #shownAt = 0;

  constructor(out: Pick<NodeJS.WriteStream, "isTTY" | "write"> = process.stderr) {
    this.#out = out;
  }

  /** At most ten times a second. */
  show(text: string, now = performance.now()): void {
    if (!this.#out.isTTY || (this.#shownAt > 0 && now - this.#shownAt < 100)) return;
    this.#shownAt = now;
    this.#out.write(`\r${text}\x1b[K`);
  }

  /** Clears the line. */
  end(): void {
    if (this.#out.isTTY && this.#shownAt > 0) this.#out.write("\r\x1b[K");
  }
}
