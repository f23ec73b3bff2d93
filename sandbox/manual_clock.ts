import type { Clock } from "./clock.ts";

interface Timer {
  dueAt: number;
  callback: () => void;
}

/** A clock that is advanced manually: timers that become due run in order of time. */
export class ManualClock implements Clock {
  #now: number;
  #timers: Timer[] = [];

  constructor(startsAt: number = Date.UTC(2026, 10, 21, 9)) {
    this.#now = startsAt;
  }

  /** How many timers are waiting. */
  get pending(): number {
    return this.#timers.length;
  }

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, milliseconds: number): void {
    const timer = { dueAt: this.#now + Math.max(0, milliseconds), callback };
    const after = this.#timers.findIndex((other) => other.dueAt > timer.dueAt);
    this.#timers.splice(after === -1 ? this.#timers.length : after, 0, timer);
  }

  /** Moves time on by `milliseconds`, running every timer on the way at its own instant. */
  advance(milliseconds: number): void {
    const until = this.#now + milliseconds;
    for (let next = this.#timers[0]; next && next.dueAt <= until; next = this.#timers[0]) {
      this.#timers.shift();
      this.#now = next.dueAt;
      next.callback();
    }
    this.#now = until;
  }
}
