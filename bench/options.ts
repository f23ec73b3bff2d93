import { parseArgs } from "node:util";

export type Options = {
  /** Of cases; all when empty. */
  names: string[];
  /** Of each measurement. */
  seconds: number;
  /** Of the full tier. */
  tierSeconds: number;
  warmUpSeconds: number;
  /** Messages in the database, the small and the large number, for growth and turns. */
  scale: [number, number];
  isQuick: boolean;
  /** Where CPU profiles go; what the database's functions and statements took is printed, too. */
  profileDir: string | undefined;
  /** JSON lines go there. */
  json: string | undefined;
};

export const USAGE = `npm run bench -- [case …] [--quick] [--seconds N] [--tier-seconds N] [--scale SMALL,LARGE]
               [--profile DIR] [--json FILE] [--list]`;

/** @throws Error for what it does not know */
export function readOptions(args: readonly string[]): Options & { isList: boolean } {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      seconds: { type: "string" },
      "tier-seconds": { type: "string" },
      quick: { type: "boolean", default: false },
      scale: { type: "string" },
      profile: { type: "string" },
      json: { type: "string" },
      list: { type: "boolean", default: false },
    },
  });
  const isQuick = values.quick;
  const seconds = number("seconds", values.seconds, isQuick ? 2 : 8, 300);
  const [small, large] = (values.scale ?? (isQuick ? "10000,200000" : "10000,1000000")).split(",");
  return {
    names: positionals,
    seconds,
    tierSeconds: number("tier-seconds", values["tier-seconds"], isQuick ? 10 : 60, 600),
    warmUpSeconds: isQuick ? 0.5 : 1.5,
    scale: [number("scale", small, 10_000, 1e8), number("scale", large, 1_000_000, 1e8)],
    isQuick,
    profileDir: values.profile,
    json: values.json,
    isList: values.list,
  };
}

function number(name: string, given: string | undefined, standard: number, most: number): number {
  const value = given === undefined ? standard : Number(given);
  if (!(value > 0 && value <= most)) throw new Error(`--${name} has to be above 0 and at most ${most}`);
  return value;
}
