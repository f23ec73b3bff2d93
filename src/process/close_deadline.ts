/** What is under way gets this long to finish; the rest of a signal's ten seconds is for recording and closing. */
const CLOSE_MS = 8_000;

/** The time that all parts of a process share to close in. */
export class CloseDeadline {
  #end: number | undefined;

  /** From the first call to `begin` on, time runs out. */
  begin(): void {
    this.#end ??= performance.now() + CLOSE_MS;
  }

  get leftMs(): number {
    return this.#end === undefined ? CLOSE_MS : Math.max(0, this.#end - performance.now());
  }
}
