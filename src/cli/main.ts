import { inspect } from "node:util";
import { CommanderError } from "commander";
import { describeError } from "./describe_error.ts";
import { printable } from "./printable.ts";
import { programFor } from "./program.ts";

/** Runs the command that the arguments of the process name, and ends the process if that fails. */
export async function run(): Promise<void> {
  // Graphile's libraries read GRAPHILE_ENV when they are loaded, and print a warning when it is not set.
  process.env.GRAPHILE_ENV ??= "production";
  try {
    process.loadEnvFile();
  } catch {
    // The file .env does not exist here.
  }
  // The reader of a pipe may close it early: `parley sql … | head`.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

  try {
    const program = await programFor(process.argv.slice(2));
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) process.exit(error.exitCode);
    process.stderr.write(`${describeError(error)}\n`);
    if (process.env.LOG_LEVEL === "debug" || process.env.LOG_LEVEL === "trace")
      process.stderr.write(`${printable(inspect(error))}\n`);
    process.exit(1);
  }
}
