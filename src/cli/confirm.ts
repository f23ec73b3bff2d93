import { createInterface } from "node:readline/promises";
import { ParleyError } from "../base/errors.ts";

/**
 * Asks for the name of what will be destroyed, which has to be typed; `--confirm <name>` answers for scripts.
 * @throws ParleyError PYREQ if it is another name
 */
export async function confirm(what: string, name: string, given: string | undefined): Promise<void> {
  const typed = given ?? (await ask(`${what} Type the name, ${name}, to go on: `));
  if (typed === name) return;
  throw new ParleyError("PYREQ", `Nothing was done: --confirm must be the name, ${name}`);
}

async function ask(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // Ctrl-D rejects.
    return (await terminal.question(question).catch(() => undefined))?.trim();
  } finally {
    terminal.close();
  }
}
