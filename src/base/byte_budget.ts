/** Limits the bytes of bodies in memory, in total and for each key. */
type ByteBudget = {
  /** Opens an account for one body; `key` says whose share it counts against. */
  open(key: string): Bytes;
};

export type Bytes = {
  /** Reserves more bytes; returns false when there is no room for them. */
  take(bytes: number): boolean;
  /** Releases all reserved bytes. */
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
