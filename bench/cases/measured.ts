import type { Bench } from "../bench.ts";
import type { Figure, Target } from "../report/figure.ts";

/** A figure before it has a name and a target: what growth compares, too. */
export type Measured = Pick<Figure, "value" | "unit" | "control" | "details" | "faults">;

export function figureOf(caseName: string, name: string, measured: Measured, target?: Target): Figure {
  const { value, control } = measured;
  return {
    case: caseName,
    name,
    ...measured,
    ...(control && { ratio: value / control.value }),
    ...(target && { target }),
  };
}

export type Case = {
  name: string;
  about: string;
  run(bench: Bench): Promise<void>;
};
