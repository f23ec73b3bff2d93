import type { CommonOptions } from "./define.ts";

/** The answer of a command: the document for a machine, the text for a person. */
export function print(options: CommonOptions, document: unknown, text: string): void {
  process.stdout.write(`${options.json ? JSON.stringify(document, null, 2) : text}\n`);
}

/** What a person should know beside the answer. Machines have it in the document. */
export function remark(options: CommonOptions, text: string): void {
  if (!options.json) process.stderr.write(`${text}\n`);
}
