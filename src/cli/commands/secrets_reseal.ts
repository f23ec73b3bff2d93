import type { Command } from "commander";
import { readKeyRing } from "../../secrets/secret_keys.ts";
import { resealSecrets } from "../../services/reseal_secrets.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";

/** The keys first: with a wrong key nothing can be opened, and no secret is lost. */
const ADVICE =
  "Check PARLEY_SECRET_KEY and PARLEY_PREVIOUS_SECRET_KEY, then run this again. Set a secret again if its key is lost";

/** `parley secrets reseal`. */
export function secretsReseal(): Command {
  return define(
    "reseal",
    "Encrypt all stored secrets with PARLEY_SECRET_KEY, opening them with it or PARLEY_PREVIOUS_SECRET_KEY",
    "PARLEY_PREVIOUS_SECRET_KEY=… parley secrets reseal",
  ).action((options: CommonOptions) =>
    onDatabase(async ({ pool, config }) => {
      const result = await resealSecrets(pool, await readKeyRing(config));
      const { resealed, unopened } = result;
      const lines = [
        `Encrypted ${resealed} secrets with the current key`,
        ...unopened.map((place) => `No key opens ${place}`),
        ...(unopened.length > 0 ? [ADVICE] : []),
      ];
      print(options, result, lines.join("\n"));
      if (unopened.length > 0) process.exitCode = 1;
    }),
  );
}
