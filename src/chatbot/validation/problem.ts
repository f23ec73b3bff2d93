/** A problem of a chatbot, found by validation. */
export type Problem = {
  /** A stable code for programs. */
  code: string;
  /** The node with the problem; null when it concerns the whole chatbot. */
  nodeId: string | null;
  /** Where in the node it is: `data.url`. Absent if it concerns no single field. */
  path?: string;
  /** The explanation for people. */
  message: string;
  /** An error prevents publishing; a warning explains what a run will do. */
  severity: "error" | "warning";
};

export function problem(code: string, nodeId: string | null, message: string): Problem {
  return { code, nodeId, message, severity: "error" };
}

export function warning(code: string, nodeId: string | null, message: string): Problem {
  return { code, nodeId, message, severity: "warning" };
}
