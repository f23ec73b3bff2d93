/** Bounds the bytes of all bodies that are being read or wait for the database, whoever sends them. */
export type ByteBudget = {
  /** One body's part of it. */
  open(): BodyBytes;
};

export type BodyBytes = {
  /** False when there is no room for so many more. */
  take(bytes: number): boolean;
  /** Gives back all that was taken. */
  release(): void;
};

export function createByteBudget(most: number): ByteBudget {
  let taken = 0;
  return {
    open() {
      let own = 0;
      return {
        take(bytes) {
          if (taken + bytes > most) return false;
          taken += bytes;
          own += bytes;
          return true;
        },
        release() {
          taken -= own;
          own = 0;
        },
      };
    },
  };
}
