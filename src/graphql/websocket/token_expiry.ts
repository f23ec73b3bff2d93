/** setTimeout cannot wait longer. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Calls back when an access token or an API key expires, unless a later one has replaced it. */
export class TokenExpiry {
  readonly #onExpired: () => void;
  #timer: NodeJS.Timeout | undefined;
  #isEnded = false;

  constructor(onExpired: () => void) {
    this.#onExpired = onExpired;
  }

  /** @param expiresAt null: never */
  set(expiresAt: Date | null): void {
    if (this.#isEnded) return;
    clearTimeout(this.#timer);
    if (expiresAt === null) return;
    const left = Math.max(expiresAt.getTime() - Date.now(), 0);
    this.#timer =
      left > MAX_TIMEOUT_MS
        ? setTimeout(() => this.set(expiresAt), MAX_TIMEOUT_MS)
        : setTimeout(this.#onExpired, left);
  }

  end(): void {
    this.#isEnded = true;
    clearTimeout(this.#timer);
  }
}
