/** Bounds the bytes of all that is read or waits to be read, and of each that it belongs to. */
type ByteBudget = {
  /** One piece's part of it; `key`: whose it is. */
  open(key: string): Bytes;
};

export type Bytes = {
  /** False when there is no room for so many more. */
  take(bytes: number): boolean;
  /** Gives back all that was taken. */
  release(): void;
};

export function createByteBudget(most: number, mostOfKey: number): ByteBudget {
  let taken = 0;
  const byKey = new Map<string, number>();
  return {
    open(key) {
      let own = 0;
      return {
        take(bytes) {
          const ofKey = (byKey.get(key) ?? 0) + bytes;
          if (taken + bytes > most || ofKey > mostOfKey) return false;
          taken += bytes;
          own += bytes;
          byKey.set(key, ofKey);
          return true;
        },
        release() {
          taken -= own;
          const left = (byKey.get(key) ?? 0) - own;
          if (left > 0) byKey.set(key, left);
          else byKey.delete(key);
          own = 0;
        },
      };
    },
  };
}
