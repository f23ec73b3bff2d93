import type { Outcome } from "../channels/outcome.ts";

/** The number of consecutive uncertain outcomes after which a channel cools down. */
const UNCERTAIN_MOST = 8;
const LONGEST_COOLDOWN_MS = 60_000;

/** Tracks how much of this process each channel uses, so that a channel whose provider hangs does not delay the others. */
export class ChannelLoad {
  /** How many messages of one channel may be claimed at once. */
  readonly share: number;
  readonly #most: number;
  readonly #underWay = new Map<string, number>();
  readonly #uncertainInARow = new Map<string, number>();

  /** @param most the limit of messages of one channel in progress */
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

  /** The channels with so many messages in progress that another share could exceed the limit. */
  busy(): string[] {
    return [...this.#underWay]
      .filter(([, count]) => count > this.#most - this.share)
      .map(([channelId]) => channelId);
  }

  /**
   * How long the channel must not send after an outcome, in milliseconds. If its provider repeatedly gives no response,
   * sending more would only produce more messages with an uncertain outcome.
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
