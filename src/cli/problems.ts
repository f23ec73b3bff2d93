import type { Problem } from "../chatbot/validation/problem.ts";

/** A problem of a chatbot as a line: `warning  menu  Nothing is asked.` */
export function describeProblem({ severity, nodeId, message }: Problem): string {
  return `  ${severity}${nodeId === null ? "" : `  ${nodeId}`}: ${message}`;
}
