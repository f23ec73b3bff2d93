import type { World } from "./world.ts";

/** One fault of the matrix. */
export type Fault = {
  name: string;
  /** Part of the short form. */
  isShort?: boolean;
  /** Whether this machine lets the test cause it; it does unless this is given. */
  isPossible?(): boolean;
  /**
   * Makes it happen, for about this long where it lasts, and undoes it. `detected` waits until monitoring has seen it.
   * Throws where something is not as it has to be. What it returns is a remark for the report.
   */
  run(world: World, ms: number, detected: () => Promise<void>): Promise<string | undefined>;
  /** What monitoring sees; undefined: nothing is wrong with the installation, so there is nothing to see. */
  sign: string | RegExp | undefined;
  /** How soon the installation has to work again. */
  recoversWithinMs?: number;
};
