import type { Problem } from "../chatbot/validation/problem.ts";
import type { CommonOptions } from "./define.ts";
import { printable } from "./printable.ts";

/** The answer of a command: the document for a machine, the text for a person. Customers may have written any of it. */
export function print(options: CommonOptions, document: unknown, text: string): void {
  process.stdout.write(`${printable(options.json ? JSON.stringify(document, null, 2) : text)}\n`);
}

/** What a person should know beside the answer. Machines have it in the document. */
export function remark(options: CommonOptions, text: string): void {
  if (!options.json) process.stderr.write(`${printable(text)}\n`);
}

/** A problem of a chatbot as a line: `warning  menu  Nothing is asked.` */
export function describeProblem({ severity, nodeId, message }: Problem): string {
  return `  ${severity}${nodeId === null ? "" : `  ${nodeId}`}: ${message}`;
}
