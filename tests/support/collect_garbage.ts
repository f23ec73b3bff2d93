import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");

/** Collects garbage now, so that a measurement of memory has only what is in use. */
export const collectGarbage: () => void = runInNewContext("gc");
