import type { Outcome } from "../channels/outcome.ts";

/** Uncertain outcomes in a row after which a channel cools down. */
const UNCERTAIN_MOST = 8;
const LONGEST_COOLDOWN_MS = 60_000;

/** How much of this process each channel takes up, so that one whose provider hangs does not hold up the others. */
export class ChannelLoad {
  /** How many of one channel may be claimed at once. */
  readonly share: number;
  readonly #most: number;
  readonly #underWay = new Map<string, number>();
  readonly #uncertainInARow = new Map<string, number>();

  /** @param most of one channel under way at once */
  constructor(most: number) {
    this.#most = most;
    this.share = most >> 1;
  }

  add(channelId: string): void {
    this.#underWay.set(channelId, (this.#underWay.get(channelId) ?? 0) + 1);
  }

  remove(channelId: string): void {
    const left = (this.#underWay.get(channelId) ?? 1) - 1;
    if (left > 0) this.#underWay.set(channelId, left);
    else this.#underWay.delete(channelId);
  }

  /** The channels that have enough under way: another share could exceed the most. */
  busy(): string[] {
    return [...this.#underWay]
      .filter(([, count]) => count > this.#most - this.share)
      .map(([channelId]) => channelId);
  }

  /**
   * Milliseconds for which the channel must not send after an outcome. While its provider leaves one message after the
   * other without an answer, sending on would only add to the uncertain ones.
   */
  cooldownMsAfter(channelId: string, outcome: Outcome["kind"]): number {
    if (outcome !== "uncertain") {
      this.#uncertainInARow.delete(channelId);
      return 0;
    }
    const count = (this.#uncertainInARow.get(channelId) ?? 0) + 1;
    this.#uncertainInARow.set(channelId, count);
    if (count < UNCERTAIN_MOST) return 0;
    return Math.min(1_000 * 2 ** Math.min(count - UNCERTAIN_MOST, 10), LONGEST_COOLDOWN_MS);
  }
}
