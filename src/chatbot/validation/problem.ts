/** Something wrong with a chatbot, as data: shown to its author, counted by programs. */
export type Problem = {
  /** Stable; what programs test for. */
  code: string;
  /** The node it is about; null when it is about the whole. */
  nodeId: string | null;
  /** For a person. */
  message: string;
  /** An error stands in the way; a warning says what will happen. */
  severity: "error" | "warning";
};

export function problem(code: string, nodeId: string | null, message: string): Problem {
  return { code, nodeId, message, severity: "error" };
}

export function warning(code: string, nodeId: string | null, message: string): Problem {
  return { code, nodeId, message, severity: "warning" };
}
