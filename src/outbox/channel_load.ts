import type { Outcome } from "../channels/outcome.ts";

/** How much of this process each channel takes up, so that one whose provider hangs does not hold up the others. */
export type ChannelLoad = {
  /** How many of one channel may be claimed at once. */
  readonly share: number;
  add(channelId: string): void;
  remove(channelId: string): void;
  /** The channels that have enough under way. */
  busy(): string[];
  /**
   * Milliseconds the channel should rest after an outcome: when its provider leaves one message after the other without
   * an answer, sending on would only make more of which nobody knows what became.
   */
  breathAfter(channelId: string, outcome: Outcome["kind"]): number;
};

/** In a row, from which on a channel rests. */
const UNANSWERED_MOST = 8;
const LONGEST_REST_MS = 60_000;

export function createChannelLoad(most: number): ChannelLoad {
  const share = most >> 1;
  const underWay = new Map<string, number>();
  const unanswered = new Map<string, number>();

  return {
    share,
    add(channelId) {
      underWay.set(channelId, (underWay.get(channelId) ?? 0) + 1);
    },
    remove(channelId) {
      const left = (underWay.get(channelId) ?? 1) - 1;
      if (left > 0) underWay.set(channelId, left);
      else underWay.delete(channelId);
    },
    busy: () => [...underWay].filter(([, count]) => count > most - share).map(([channelId]) => channelId),
    breathAfter(channelId, outcome) {
      if (outcome !== "uncertain") {
        unanswered.delete(channelId);
        return 0;
      }
      const count = (unanswered.get(channelId) ?? 0) + 1;
      unanswered.set(channelId, count);
      if (count < UNANSWERED_MOST) return 0;
      return Math.min(1_000 * 2 ** Math.min(count - UNANSWERED_MOST, 10), LONGEST_REST_MS);
    },
  };
}
