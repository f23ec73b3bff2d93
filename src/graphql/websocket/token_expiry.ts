/** setTimeout cannot wait longer; a token does not last so long. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Calls back when an access token expires, unless a later one has replaced it. */
export class TokenExpiry {
  readonly #onExpired: () => void;
  #timer: NodeJS.Timeout | undefined;
  #isEnded = false;

  constructor(onExpired: () => void) {
    this.#onExpired = onExpired;
  }

  set(expiresAt: Date): void {
    if (this.#isEnded) return;
    clearTimeout(this.#timer);
    const left = expiresAt.getTime() - Date.now();
    this.#timer = setTimeout(this.#onExpired, Math.min(Math.max(left, 0), MAX_TIMEOUT_MS));
  }

  end(): void {
    this.#isEnded = true;
    clearTimeout(this.#timer);
  }
}
