import type { Problem } from "../chatbot/validation/problem.ts";
import type { CommonOptions } from "./define.ts";
import { printable } from "./printable.ts";

/** Prints a command's result: as JSON, or as text, which is escaped because customers may have written parts of it. */
export function print(options: CommonOptions, document: unknown, text: string): void {
  process.stdout.write(`${printable(options.json ? JSON.stringify(document, null, 2) : text)}\n`);
}

/** Prints a remark beside the result. It is left out with `--json`, where the document contains the same fact. */
export function remark(options: CommonOptions, text: string): void {
  if (!options.json) process.stderr.write(`${printable(text)}\n`);
}

/** One line about a problem of a chatbot: `warning  menu  Nothing is asked.` */
export function describeProblem({ severity, nodeId, message }: Problem): string {
  return `  ${severity}${nodeId === null ? "" : `  ${nodeId}`}: ${message}`;
}
