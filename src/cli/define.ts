import { Command } from "commander";

/** The options that every command has. */
export type CommonOptions = { json?: true };

/** Defines a command with the parts that all commands have: `--json`, and an example below the help. */
export function define(name: string, summary: string, example: string): Command {
  return new Command(name)
    .description(summary)
    .option("--json", "print the result as one JSON document")
    .addHelpText("after", `\nExample:\n  $ ${example}`)
    .showHelpAfterError("(see --help)");
}

/** Defines a group of commands: `parley tenant …`. */
export function group(name: string, summary: string, commands: readonly Command[]): Command {
  const parent = new Command(name).description(summary);
  for (const command of commands) parent.addCommand(command);
  return parent;
}
