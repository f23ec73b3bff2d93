import { Command } from "commander";

/** Options that every command has. */
export type CommonOptions = { json?: true };

/** A command with what all commands have: `--json`, and an example below its help. */
export function define(name: string, summary: string, example: string): Command {
  return new Command(name)
    .description(summary)
    .option("--json", "print one JSON document, for machines")
    .addHelpText("after", `\nExample:\n  $ ${example}`)
    .showHelpAfterError("(--help says more)");
}

/** Commands about one thing: `parley tenant …`. */
export function group(name: string, summary: string, commands: readonly Command[]): Command {
  const parent = new Command(name).description(summary);
  for (const command of commands) parent.addCommand(command);
  return parent;
}
